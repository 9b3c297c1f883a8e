/*
 * The queue delay: how long admitted work will wait for its turn here. It is computed from the amount of waiting work
 * and from the recent time of a piece of work, not from the age of the oldest request: on a machine that is busy with
 * other things, or during a flood of messages that are not work, everything waits, although there is not too much work.
 * For the same reason it uses the median of the last stretches of work, so that a few interrupted ones do not count.
 */

export interface QueueDelay {
  /** This many pieces of work, at least one, were done one after the other in this time. */
  took(pieces: number, ms: number): void;
  /** How long the last of this many waiting pieces will wait; 0 while nothing is known. */
  waitMs(waiting: number): number;
}

/** How many stretches are remembered. Half of them may have been interrupted. */
const stretchesMax = 15;

export function createQueueDelay(): QueueDelay {
  const eachMs: number[] = [];
  let next = 0;

  return {
    took(pieces, ms) {
      eachMs[next] = ms / pieces;
      next = (next + 1) % stretchesMax;
    },
    waitMs(waiting) {
      if (waiting === 0 || eachMs.length === 0) return 0;
      const sorted = eachMs.toSorted((a, b) => a - b);
      return waiting * (sorted[(sorted.length - 1) >> 1] ?? 0);
    },
  };
}
