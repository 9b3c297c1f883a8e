/*
 * The queue delay: how long admitted work will wait for its turn here.
 *
 * Decided by how much waits and by how long a piece took lately, and not by how long the oldest has waited: a machine that is busy
 * with other things, or a flood of messages that are no work, makes everything wait, and what waits for that is not too much
 * work. For the same reason it goes by the median of the last stretches of work: a few that were interrupted do not count.
 */

export interface QueueDelay {
  /** So many pieces of work, at least one, were done one after the other in this time. */
  took(pieces: number, ms: number): void;
  /** How long the last of so many that wait will. Unknown is none. */
  waitMs(waiting: number): number;
}

/** Stretches that are remembered: half of them may have been interrupted. */
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
