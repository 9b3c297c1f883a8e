import { createIntrusiveList } from '../structures/intrusive-list.ts';
import { createSeqTable } from '../structures/seq-table.ts';
import { unsettled } from '../structures/settled-watermark.ts';
import type { KnownRequester, Running } from './records.ts';

/*
 * Who has asked a responder, and which of their ids run.
 *
 * One is forgotten with what was remembered for it: without a word or any work for as long as anything is remembered, it
 * has gone, or nothing of it can come again. Bounded as well (docs/wire.md, "Limits"): when there are too many, the
 * one that has been quiet for the longest time goes. One whose work runs never does; while that is so for all of them
 * there is no room for one more.
 */

export interface RequestersConfig {
  readonly requestersMax: number;
  /** A requester is about to be forgotten. */
  onForget(requester: KnownRequester): void;
}

export interface Requesters {
  /** Somebody asks. Undefined when there is no room for one more. */
  hear(address: string, nowMs: number): KnownRequester | undefined;
  find(address: string): KnownRequester | undefined;
  /** An id, which does not run yet, runs from now on. */
  begin(requester: KnownRequester, run: Running): void;
  /** An id, which ran, runs no more. */
  end(requester: KnownRequester, seq: number, nowMs: number): void;
  /** Forgets those who have been quiet since then or longer. Nothing hurries: it is done with the next input. */
  forgetQuiet(sinceMs: number): void;
  /** How many ids run. */
  running(): number;
  /** Everyone of whom something runs. */
  busy(): readonly KnownRequester[];
  /** Those of whom nothing runs and who were heard or answered after that, the latest first, at most so many. */
  idleSince(sinceMs: number, most: number): readonly KnownRequester[];
  /** There is no room for one more. */
  isCrowded(): boolean;
  size(): number;
}

export function createRequesters({ requestersMax, onForget }: RequestersConfig): Requesters {
  const byAddress = new Map<string, KnownRequester>();
  /** Those of whom nothing runs, by when they were last heard or answered. */
  const idle = createIntrusiveList<KnownRequester>();
  let running = 0;

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
    },
    end(requester, seq, nowMs) {
      requester.quietSinceMs = nowMs;
      requester.running.delete(seq);
      if (requester.running.size() === 0) idle.add(requester);
      running -= 1;
    },
    forgetQuiet(sinceMs) {
      for (let one = idle.oldest(); one !== undefined && one.quietSinceMs <= sinceMs; one = idle.oldest()) forget(one);
    },
    running: () => running,
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
