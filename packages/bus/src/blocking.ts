/*
 * Which handlers may block the loop of their process. While one does, nothing is said: so everybody who waits is told before it
 * begins. A handler is presumed to block until it was seen not to, and again after each time that it did.
 */

export interface Blocking {
  /** Whether a run of this kind may take longer than a moment. */
  mayBlock(kind: object): boolean;
  /** A run of this kind took so long before it returned to the loop. */
  took(kind: object, ms: number): void;
  /** The loop is seen so much later than arranged. An asynchronous handler may have blocked it after it had returned. */
  seen(lateMs: number): void;
}

/** From here on a run is one that others notice. */
const noticedMs = 20;
/** From here on a loop that is late tells of a handler: garbage collection and a busy machine take less. */
const lateFromMs = 100;
/** A handler that blocked once is presumed to until it has not so often in a row. */
const quickRunsMin = 16;

export function createBlocking(): Blocking {
  /** Runs until a kind is presumed quick; 0 from then on. */
  const presumed = new Map<object, number>();
  /** Most servers run one kind nearly all the time. */
  let lastQuick: object | undefined;
  return {
    mayBlock: (kind) => kind !== lastQuick && presumed.get(kind) !== 0,
    took(kind, ms) {
      if (ms <= noticedMs && kind === lastQuick) return;
      const left = presumed.get(kind) ?? 1;
      const now = ms > noticedMs ? quickRunsMin : Math.max(0, left - 1);
      presumed.set(kind, now);
      if (now === 0) lastQuick = kind;
      else if (kind === lastQuick) lastQuick = undefined;
    },
    seen(lateMs) {
      if (lateMs < lateFromMs) return;
      // Which of them it was is not known.
      for (const kind of presumed.keys()) presumed.set(kind, quickRunsMin);
      lastQuick = undefined;
    },
  };
}
