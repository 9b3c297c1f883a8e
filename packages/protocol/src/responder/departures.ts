import type { Beats } from './beats.ts';
import { givenBack } from './given-back.ts';
import type { KnownRequester } from './records.ts';
import type { Requesters } from './requesters.ts';
import type { ResponderEffect, RunEffect } from './types.ts';

/*
 * How requests leave a responder without an answer: given back to their requesters, or let go because the server ends. A
 * draining server is done when none is left.
 */

export interface Departures<W> {
  /** These have waited for long. @param waiting all that wait, in the order of their turns; some of them stay */
  waitLong(runs: readonly RunEffect<W>[], waiting: readonly RunEffect<W>[], nowMs: number): void;
  /** The event loop was blocked since then. These waited meanwhile, or were read afterwards. */
  wasBlocked(waiting: readonly RunEffect<W>[], sinceMs: number, nowMs: number): void;
  /** The server ends: takes nothing new from now on. */
  drain(): void;
  /** @param runs those that did not begin; undefined for everything that is here, because the drain time is up */
  letGo(runs: readonly RunEffect<W>[] | undefined, nowMs: number): void;
  isDraining(): boolean;
  /** A request has ended: a draining server may be done. */
  ended(): void;
}

export function createDepartures<W>(
  requesters: Requesters,
  beats: Beats,
  emit: (effect: ResponderEffect<W>) => void,
): Departures<W> {
  let draining = false;
  let drained = false;

  /** It leaves as if it had not come: it may come again. */
  function goes(requester: KnownRequester, run: RunEffect<W>, nowMs: number): void {
    requesters.end(requester, run.seq, nowMs);
    requester.cancelled?.delete(run.seq);
    requester.unneeded?.delete(run.seq);
    emit({ type: 'returned', run });
  }

  function giveBack(runs: readonly RunEffect<W>[], waiting: readonly RunEffect<W>[] | undefined, nowMs: number): void {
    for (const { requester, returned } of givenBack(requesters, runs, waiting, nowMs)) {
      for (const run of returned) goes(requester, run, nowMs);
      emit(beats.giveBack(requester, returned));
    }
  }

  /**
   * Requests of requesters that expect this silence stay. A requester that was not told, because this server did not know
   * it or had not heard it for long, may have sent them to another server meanwhile, and both would run them.
   */
  function giveUntoldBack(waiting: readonly RunEffect<W>[], sinceMs: number, nowMs: number): void {
    const untold = waiting.filter(({ sender }) => {
      const requester = requesters.find(sender);
      return requester === undefined || requester.leasedSinceMs > sinceMs || requester.leasedUntilMs < nowMs;
    });
    giveBack(untold, undefined, nowMs);
  }

  function giveAllBack(nowMs: number): void {
    const all = requesters.busy().flatMap(({ running }) => running.values() as RunEffect<W>[]);
    for (const { requester, returned } of givenBack(requesters, all, undefined, nowMs)) {
      for (const run of returned) goes(requester, run, nowMs);
      emit(beats.letGo(requester, returned, nowMs));
    }
  }

  function ended(): void {
    if (!draining || drained || requesters.running() > 0) return;
    drained = true;
    emit({ type: 'drained' });
  }

  return {
    waitLong: giveBack,
    wasBlocked: giveUntoldBack,
    drain() {
      draining = true;
      beats.leave();
      ended();
    },
    letGo(runs, nowMs) {
      draining = true;
      if (runs === undefined) giveAllBack(nowMs);
      else giveBack(runs, undefined, nowMs);
      ended();
    },
    isDraining: () => draining,
    ended,
  };
}
