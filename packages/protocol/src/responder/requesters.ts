import { createIntrusiveList } from '../structures/intrusive-list.ts';
import { createSeqTable } from '../structures/seq-table.ts';
import { unsettled } from '../structures/settled-watermark.ts';
import type { KnownRequester, Running } from './records.ts';

/*
 * The requesters of a responder, and their running ids.
 *
 * A requester is forgotten, together with its remembered outcomes, when it has sent nothing and had no work for as long
 * as anything is remembered: then it has gone, or nothing of it can come again. The number of requesters is bounded
 * (docs/wire.md, "Limits"). When there are too many, the one that has been quiet for longest goes. A requester with
 * running work never goes; if all have running work, there is no room for another one.
 */

export interface RequestersConfig {
  readonly requestersMax: number;
  /** A requester is about to be forgotten. */
  onForget(requester: KnownRequester): void;
}

export interface Requesters {
  /** A requester sends something. Undefined when there is no room for another one. */
  hear(address: string, nowMs: number): KnownRequester | undefined;
  find(address: string): KnownRequester | undefined;
  /** An id that does not run yet runs from now on. */
  begin(requester: KnownRequester, run: Running): void;
  /** A running id does not run any more. */
  end(requester: KnownRequester, seq: number, nowMs: number): void;
  /**
   * Forgets requesters that have been quiet since then or longer. It is not urgent, so it is done with the next input.
   */
  forgetQuiet(sinceMs: number): void;
  /** How many ids run. */
  running(): number;
  /** The memory of their values, of those that are worth counting. */
  bytes(): number;
  /** The requesters with running ids. */
  busy(): readonly KnownRequester[];
  /**
   * Requesters without running ids that sent something or were answered after this time, the latest first, at most this
   * many.
   */
  idleSince(sinceMs: number, most: number): readonly KnownRequester[];
  /** Whether there is no room for another requester. */
  isCrowded(): boolean;
  size(): number;
}

export function createRequesters({ requestersMax, onForget }: RequestersConfig): Requesters {
  const byAddress = new Map<string, KnownRequester>();
  /** Requesters without running ids, by when they last sent something or were answered. */
  const idle = createIntrusiveList<KnownRequester>();
  let running = 0;
  let bytes = 0;

  function forget(requester: KnownRequester): void {
    onForget(requester);
    idle.remove(requester);
    byAddress.delete(requester.address);
  }

  function meet(address: string, nowMs: number): KnownRequester | undefined {
    if (byAddress.size >= requestersMax) {
      const quietest = idle.oldest();
      if (quietest === undefined) return undefined;
      forget(quietest);
    }
    const met: KnownRequester = {
      address,
      watermark: unsettled(),
      quietSinceMs: nowMs,
      beatDueMs: Number.POSITIVE_INFINITY,
      isNamed: true,
      silentUntilMs: 0,
      leasedSinceMs: 0,
      leasedUntilMs: 0,
      windowsAt: 0,
      running: createSeqTable(),
      cancelled: undefined,
      unneeded: undefined,
      answers: createSeqTable(),
      older: undefined,
      newer: undefined,
    };
    byAddress.set(address, met);
    idle.add(met);
    return met;
  }

  return {
    hear(address, nowMs) {
      const known = byAddress.get(address);
      if (known === undefined) return meet(address, nowMs);
      known.quietSinceMs = nowMs;
      if (known.running.size() === 0 && idle.newest() !== known) {
        idle.remove(known);
        idle.add(known);
      }
      return known;
    },
    find: (address) => byAddress.get(address),
    begin(requester, run) {
      if (requester.running.size() === 0) idle.remove(requester);
      requester.running.set(run.seq, run);
      running += 1;
      if (run.bytes !== undefined) bytes += run.bytes;
    },
    end(requester, seq, nowMs) {
      requester.quietSinceMs = nowMs;
      if (bytes > 0) bytes -= requester.running.get(seq)?.bytes ?? 0;
      requester.running.delete(seq);
      if (requester.running.size() === 0) idle.add(requester);
      running -= 1;
    },
    forgetQuiet(sinceMs) {
      for (let one = idle.oldest(); one !== undefined && one.quietSinceMs <= sinceMs; one = idle.oldest()) forget(one);
    },
    running: () => running,
    bytes: () => bytes,
    busy: () => [...byAddress.values()].filter((one) => one.running.size() > 0),
    idleSince(sinceMs, most) {
      const found: KnownRequester[] = [];
      for (let one = idle.newest(); one !== undefined && one.quietSinceMs > sinceMs; one = one.older) {
        if (found.push(one) >= most) break;
      }
      return found;
    },
    isCrowded: () => byAddress.size >= requestersMax && idle.size() === 0,
    size: () => byAddress.size,
  };
}
