/*
 * The record of a run: every request and every fault with its times, for the checker to evaluate afterwards. Times are
 * milliseconds since 1970 with fractions, so that the histories of two processes fit together.
 */

export interface Asked {
  readonly type: 'asked';
  /** The question's number; no other request asks it. */
  readonly number: number;
  readonly client: string;
  readonly formula: string;
  readonly operands: readonly number[];
  /** When the request was due. A later start is a stall of the client. */
  readonly dueMs: number;
  readonly askedMs: number;
  readonly timeoutMs: number;
}

export type Outcome =
  | { readonly value: unknown; readonly fallbacks: readonly number[] }
  | { readonly code: string; readonly text?: string };

export interface Settled {
  readonly type: 'settled';
  readonly number: number;
  readonly settledMs: number;
  /** The id on the wire; undefined for a request that never got one. */
  readonly id: string | undefined;
  readonly outcome: Outcome;
}

/** A client that stood still, because the machine did or because its loop was busy. */
export interface Stall {
  readonly type: 'stall';
  readonly client: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One fault, from the signal until everything was back. */
export interface Fault {
  readonly type: 'fault';
  readonly kind: string;
  /** The fault is more than Cateto promises to survive, so failures are allowed. */
  readonly double: boolean;
  readonly targets: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** A process that ended although it should not have, or in another way. */
export interface Death {
  readonly type: 'death';
  readonly name: string;
  readonly atMs: number;
  readonly how: string;
}

/** Events that a process logged and that explain the outcomes: takeovers, fallbacks, dropped messages. */
export interface Said {
  readonly type: 'said';
  readonly name: string;
  readonly atMs: number;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type Entry = Asked | Settled | Stall | Fault | Death | Said;

export interface History {
  readonly entries: readonly Entry[];
  add(entry: Entry): void;
  /** The number of requests that have an outcome. */
  settledCount(): number;
  /**
   * Resolves when this number of further requests were answered without a failure in between, or ten times as many have
   * an outcome: after a fault with failures, requests that waited meanwhile go on failing for a while.
   */
  calm(requests: number): Promise<void>;
}

const outcomesPerCalm = 10;

/** @param onEntry is called with each entry */
export function createHistory(onEntry: (entry: Entry) => void = () => undefined): History {
  const entries: Entry[] = [];
  const waiting = new Set<{ readonly requests: number; answered: number; outcomes: number; resolve(): void }>();
  let settled = 0;

  return {
    entries,
    add(entry) {
      entries.push(entry);
      onEntry(entry);
      if (entry.type !== 'settled') return;
      settled += 1;
      for (const one of waiting) {
        one.outcomes += 1;
        one.answered = 'code' in entry.outcome ? 0 : one.answered + 1;
        if (one.answered < one.requests && one.outcomes < outcomesPerCalm * one.requests) continue;
        waiting.delete(one);
        one.resolve();
      }
    },
    settledCount: () => settled,
    calm: (requests) => new Promise((resolve) => void waiting.add({ requests, answered: 0, outcomes: 0, resolve })),
  };
}

/** The present time, in the form of histories. */
export function historyNowMs(): number {
  return performance.timeOrigin + performance.now();
}
