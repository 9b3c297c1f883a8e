import TinyQueue from 'tinyqueue';

/** A clock that advances only to the next event. Milliseconds, from 0. */
export interface Clock {
  nowMs(): number;
  /**
   * Events of one point in time happen in the order in which they were scheduled.
   *
   * @param timeMs not before now
   * @returns a function that cancels the event
   */
  at(timeMs: number, run: () => void): () => void;
  /** The time of the next event; undefined when no event is scheduled. */
  nextMs(): number | undefined;
  /** Lets the next event happen. */
  step(): void;
  /** Lets time pass without an event, up to a point before the next one. */
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
