import type { KnownRequester, Running } from './records.ts';
import { limits } from '@cateto/contracts';
import type { Requesters } from './requesters.ts';
import type { OwedBeat } from './types.ts';

/*
 * When a server says that it is at work (docs/wire.md, "Beats").
 *
 * Silence is no sign of a loss: work takes time. A server that has held a request for 50 ms says so to its requester, then every
 * 500 ms, and more seldom the older the oldest request is, down to every 5 s. One beat names all requests of a requester.
 * When a request comes again, the next beat is due within 50 ms: the last one may have been lost with a broker.
 *
 * Nearly all requests are answered long before their first beat. So nothing is kept for each: a requester of whom something
 * runs is looked at when its oldest request may be old enough.
 */

export interface Beats {
  /** A request of this requester runs from now on. */
  begun(requester: KnownRequester, nowMs: number): void;
  /** One that runs has come again: what was said of it may be lost, as a broker's end takes it along. */
  repeated(requester: KnownRequester, nowMs: number): void;
  /** The beats that are due. */
  due(nowMs: number): readonly OwedBeat[];
  /**
   * A beat for everybody of whom something runs, and for those who asked lately: the next that they ask may come any moment. With 0
   * the silence that was announced so is over, for those who were told.
   */
  all(nowMs: number, silentMs: number): readonly OwedBeat[];
  /** So many requests for a contract keep the server busy. @returns whether that is new */
  windowIs(contract: string, window: number): boolean;
  /** A beat for a requester that has not been told of the windows as they are. */
  news(requester: KnownRequester): OwedBeat | undefined;
  /** What was told last may be lost. */
  tellAgain(): void;
  /** A beat that gives requests back, which run no more; in the order of their seqs. */
  giveBack(requester: KnownRequester, runs: readonly Running[]): OwedBeat;
  deadlineMs(): number | undefined;
}

const firstBeatMs = 50;
const everyLeastMs = 500;
const everyMostMs = 5_000;
/** A request of ten seconds is beaten for every second. */
const beatsPerAge = 10;
/** Beats that may be lost, or late, before a requester takes silence for a loss. */
const intervalsOfSilence = 4;

/** Who has asked within it may ask again while a handler blocks; of so many such each is told before. */
const latelyMs = 10_000;
const idleToldMax = 64;

const never = Number.POSITIVE_INFINITY;
const nothing: readonly OwedBeat[] = [];
const noProgress: readonly number[] = [];

/** @param shareOf how far what runs is, if that is to be told */
export function createBeats(requesters: Requesters, shareOf?: (work: unknown) => number | undefined): Beats {
  /** Those to be looked at. */
  const watched = new Set<KnownRequester>();
  /** Those that a beat has named something to. */
  const told = new Set<KnownRequester>();
  let lookMs = never;
  let windows: Readonly<Record<string, number>> = {};
  /** Counts their changes: what a requester was told is known by it. */
  let windowsAt = 0;

  function beat(requester: KnownRequester, silentMs: number, nextMs: number): OwedBeat {
    watch(requester, nextMs);
    told.add(requester);
    const runs = requester.running.values();
    const owed: OwedBeat = { ...plain(requester), silentMs, held: rangesOf(runs) };
    const progress = shareOf === undefined ? noProgress : progressOf(runs, shareOf);
    return progress.length === 0 ? owed : { ...owed, progress };
  }

  /** Says nothing of what is held. */
  function plain(requester: KnownRequester): OwedBeat {
    const owed: OwedBeat = { type: 'beat', to: requester.address, held: undefined, silentMs: 0 };
    if (requester.windowsAt === windowsAt) return owed;
    requester.windowsAt = windowsAt;
    return { ...owed, windows };
  }

  function watch(requester: KnownRequester, dueMs: number): void {
    watched.add(requester);
    requester.beatDueMs = dueMs;
    lookMs = Math.min(lookMs, dueMs);
  }

  /**
   * What had been named is answered: told so, its requester knows of an answer that was lost. It is to expect no silence: what it
   * asks next is named anew.
   */
  function lastBeat(requester: KnownRequester): OwedBeat | undefined {
    watched.delete(requester);
    requester.beatDueMs = never;
    return told.delete(requester) ? { ...plain(requester), held: [] } : undefined;
  }

  function lookAt(requester: KnownRequester, nowMs: number): OwedBeat | undefined {
    if (requester.running.size() === 0) return lastBeat(requester);
    const sinceMs = oldestMs(requester);
    // Compared as it is noted: by its age a request may be too young now and due now, by the last bit.
    if (nowMs < sinceMs + firstBeatMs && !told.has(requester)) {
      watch(requester, sinceMs + firstBeatMs);
      return undefined;
    }
    const ageMs = nowMs - sinceMs;
    const everyMs = Math.min(Math.max(ageMs / beatsPerAge, everyLeastMs), everyMostMs);
    return beat(requester, intervalsOfSilence * everyMs, nowMs + everyMs);
  }

  return {
    begun(requester, nowMs) {
      if (requester.beatDueMs === never) watch(requester, nowMs + firstBeatMs);
    },
    repeated(requester, nowMs) {
      watch(requester, Math.min(requester.beatDueMs, nowMs + firstBeatMs));
    },
    due(nowMs) {
      if (nowMs < lookMs) return nothing;
      lookMs = never;
      const owed: OwedBeat[] = [];
      for (const requester of watched) {
        const due = requester.beatDueMs <= nowMs ? lookAt(requester, nowMs) : undefined;
        if (due !== undefined) owed.push(due);
        lookMs = Math.min(lookMs, requester.beatDueMs);
      }
      return owed;
    },
    all(nowMs, silentMs) {
      if (silentMs === 0) return [...told].flatMap((one) => lookAt(one, nowMs) ?? []);
      const all = [...requesters.busy(), ...requesters.idleSince(nowMs - latelyMs, idleToldMax)];
      return all.map((one) => beat(one, silentMs, nowMs + everyLeastMs));
    },
    windowIs(contract, window) {
      if (windows[contract] === window) return false;
      windows = { ...windows, [contract]: window };
      windowsAt += 1;
      return true;
    },
    news: (requester) => (requester.windowsAt === windowsAt ? undefined : plain(requester)),
    tellAgain() {
      windowsAt += 1;
    },
    giveBack(requester, runs) {
      return { ...plain(requester), returned: rangesOf(runs) };
    },
    deadlineMs: () => (lookMs === never ? undefined : lookMs),
  };
}

function oldestMs({ running }: KnownRequester): number {
  let oldest = never;
  for (const { sinceMs } of running.values()) if (sinceMs < oldest) oldest = sinceMs;
  return oldest;
}

function progressOf(runs: readonly Running[], shareOf: (work: unknown) => number | undefined): readonly number[] {
  const progress: number[] = [];
  for (const { seq, work } of runs) {
    const share = shareOf(work);
    if (share === undefined) continue;
    if (progress.length >= 2 * limits.beatRangesMax) break;
    progress.push(seq, share);
  }
  return progress;
}

function rangesOf(ones: Iterable<{ readonly seq: number }>): number[] {
  const ranges: number[] = [];
  for (const { seq } of ones) {
    if (ranges.at(-1) === seq - 1) ranges[ranges.length - 1] = seq;
    else if (ranges.length < 2 * limits.beatRangesMax) ranges.push(seq, seq);
    else break;
  }
  return ranges;
}
