import TinyQueue from 'tinyqueue';

/** Time that only passes when the next thing happens. Milliseconds, from 0. */
export interface Clock {
  nowMs(): number;
  /**
   * Things of one point in time happen in the order in which they were asked for.
   *
   * @param timeMs not before now
   * @returns what takes it back
   */
  at(timeMs: number, run: () => void): () => void;
  /** When the next thing happens; undefined when nothing ever will. */
  nextMs(): number | undefined;
  /** Lets the next thing happen. */
  step(): void;
  /** Lets time pass in which nothing happens, up to a point before the next thing. */
  passTo(timeMs: number): void;
}

interface Happening {
  readonly timeMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export function createClock(): Clock {
  const queue = new TinyQueue<Happening>([], (a, b) => a.timeMs - b.timeMs || a.order - b.order);
  let nowMs = 0;
  let order = 0;

  function next(): Happening | undefined {
    for (;;) {
      const first = queue.peek();
      if (first === undefined || first.run !== undefined) return first;
      queue.pop();
    }
  }

  return {
    nowMs: () => nowMs,
    at(timeMs, run) {
      order += 1;
      const happening: Happening = { timeMs: Math.max(nowMs, timeMs), order, run };
      queue.push(happening);
      return () => {
        happening.run = undefined;
      };
    },
    nextMs: () => next()?.timeMs,
    step() {
      const happening = next();
      if (happening === undefined) return;
      queue.pop();
      nowMs = happening.timeMs;
      happening.run?.();
    },
    passTo(timeMs) {
      if (timeMs > (next()?.timeMs ?? timeMs)) throw new RangeError('something happens before that');
      nowMs = Math.max(nowMs, timeMs);
    },
  };
}
