/*
 * The placement: whether an operation's handler runs in the server's loop or in a thread.
 *
 * A way to a thread and back costs some 60 us, more than most handlers; a handler that blocks the loop for milliseconds costs everybody
 * else that. So it goes by how long the handler was seen to block:
 *
 * - It goes to threads when more than half of its last seven runs, of three at least, blocked for more than 5 ms: that is their median.
 *   One run of 50 ms is enough, because two more would block the loop for as long again.
 * - It comes back when more than half of its last fifteen runs in a thread took less than 1 ms. Between 1 and 5 ms it stays where it is:
 *   a handler near one bound would otherwise go to and fro.
 *
 * A run that was interrupted, by a stopped process or a busy machine, is one of seven; one interrupted for 50 ms costs fifteen runs in a
 * thread. What a handler waits for does not count: it blocks nobody.
 */

export interface Placement {
  /** A run has blocked its thread for so long, wherever that was. */
  took(blockedMs: number): void;
  inThreads(): boolean;
}

const slowMs = 5;
const slowAtOnceMs = 50;
const fastMs = 1;
const slowRuns = 7;
const slowRunsMin = 3;
const fastRuns = 15;

export function createPlacement(): Placement {
  let inThreads = false;
  /** A bit for each of the last runs, the newest first: whether it spoke for a move. */
  let votes = 0;
  let runs = 0;

  function move(): void {
    inThreads = !inThreads;
    votes = 0;
    runs = 0;
  }

  function voted(forMove: boolean, of: number): void {
    votes = ((votes << 1) | (forMove ? 1 : 0)) & ((1 << of) - 1);
    if (runs < of) runs += 1;
  }

  return {
    took(blockedMs) {
      if (inThreads) {
        voted(blockedMs < fastMs, fastRuns);
        if (runs === fastRuns && 2 * bitsOf(votes) > runs) move();
        return;
      }
      const slow = blockedMs > slowMs;
      voted(slow, slowRuns);
      // Nearly every run ends here.
      if (!slow) return;
      if (blockedMs >= slowAtOnceMs || (runs >= slowRunsMin && 2 * bitsOf(votes) > runs)) move();
    },
    inThreads: () => inThreads,
  };
}

function bitsOf(votes: number): number {
  let count = 0;
  for (let left = votes; left > 0; left &= left - 1) count += 1;
  return count;
}
