/*
 * The placement decides whether an operation's handler runs in the server's event loop or in a thread. A round trip to
 * a thread costs some 60 µs, more than most handlers. A handler that blocks the event loop for milliseconds costs all
 * other requests that time. The decision depends on how long the handler was seen to block:
 * - It moves to threads when more than half of its last seven runs, and at least three runs, blocked for more than 5
 *   ms: this is their median. One run of 50 ms is enough, because two more would block the event loop for as long
 *   again. If the process computed for less than 50 ms and for less than half of that time, two such runs among the last
 *   seven are enough, or one if none of them was quick: a handler that is quick otherwise was probably interrupted.
 * - It moves back when more than half of its last fifteen runs in a thread took less than 1 ms. Between 1 and 5 ms it
 *   stays, because otherwise a handler near one bound would move to and fro.
 *
 * So a run that was interrupted, by a stopped process or a busy machine, is one of seven. The time for which a handler
 * waits asynchronously does not count, because it blocks nothing.
 */

export interface Placement {
  /**
   * A run has blocked its thread for this long, wherever it ran.
   *
   * @param computedMs for how much of that time the process computed, as far as is known; unless given, all of it
   */
  took(blockedMs: number, computedMs?: number): void;
  inThreads(): boolean;
}

const slowMs = 5;
const slowAtOnceMs = 50;
const computedShareMin = 0.5;
const fastMs = 1;
const slowRuns = 7;
const slowRunsMin = 3;
const fastRuns = 15;

export function createPlacement(): Placement {
  let inThreads = false;
  /** A bit for each of the last runs, the newest first: whether it speaks for a move. */
  let votes = 0;
  let runs = 0;
  /** The same for runs in the event loop: whether it blocked for 50 ms. */
  let long = 0;

  function move(): void {
    inThreads = !inThreads;
    votes = 0;
    runs = 0;
    long = 0;
  }

  function voted(forMove: boolean, of: number): void {
    votes = ((votes << 1) | (forMove ? 1 : 0)) & ((1 << of) - 1);
    if (runs < of) runs += 1;
  }

  return {
    took(blockedMs, computedMs = blockedMs) {
      if (inThreads) {
        voted(blockedMs < fastMs, fastRuns);
        if (runs === fastRuns && 2 * bitsOf(votes) > runs) move();
        return;
      }
      const slow = blockedMs > slowMs;
      voted(slow, slowRuns);
      long = (long << 1) & ((1 << slowRuns) - 1);
      // Nearly every run ends here.
      if (!slow) return;
      const slowOnes = bitsOf(votes);
      if (runs >= slowRunsMin && 2 * slowOnes > runs) return move();
      if (blockedMs < slowAtOnceMs) return;
      long |= 1;
      const hasComputed = computedMs >= Math.min(slowAtOnceMs, computedShareMin * blockedMs);
      if (hasComputed || slowOnes === runs || bitsOf(long) > 1) move();
    },
    inThreads: () => inThreads,
  };
}

function bitsOf(votes: number): number {
  let count = 0;
  for (let left = votes; left > 0; left &= left - 1) count += 1;
  return count;
}
