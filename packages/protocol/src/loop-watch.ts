/*
 * The loop watch: whether a server is so late that it should take nothing new.
 *
 * - While work is in flight the loop is to be seen every 50 ms. Seen more than 200 ms too late three times in a row it is
 *   late, until it is in time once. A single time is a pause, of a process that was stopped or a machine that stood still:
 *   from that a server rather goes on where it was, for what waits for it was not refused.
 * - Admitted work may wait for its turn for 100 ms, by the pace at which work is done (pace.ts). That is well below the 160 ms
 *   after which its requester asks another server at the earliest: else, the longer the queue, the more of it would be
 *   computed twice. A queue that is longer makes the server late once it has been so for a second: what comes all at once, as
 *   after a failover, is worked off; what goes on coming is refused. From then on every moment of it counts, until the
 *   queue has been short for a second (the idea of CoDel, RFC 8289).
 */

/** The loop turned. While no work is in flight nothing is due. */
export interface LoopWatchInput {
  readonly type: 'seen';
  readonly busy: boolean;
  /** How long what is admitted next will wait for its turn; not at all unless given. */
  readonly waitMs?: number | undefined;
}

export interface LoopWatch {
  handle(input: LoopWatchInput, nowMs: number): void;
  deadlineMs(): number | undefined;
  isLate(): boolean;
}

const lateMs = 200;
const seenEveryMs = 50;
const lateTurnsMax = 3;
const waitMaxMs = 100;
/** So long a queue stands before it counts as one that does not go away, and is gone before it counts as gone. */
const standingMs = 1_000;

export function createLoopWatch(): LoopWatch {
  let dueMs: number | undefined;
  let lateTurns = 0;
  /** Since when the queue has been long, or short. */
  let long = false;
  let sinceMs = Number.POSITIVE_INFINITY;
  let standing = false;

  return {
    handle({ busy, waitMs = 0 }, nowMs) {
      if (dueMs !== undefined && nowMs >= dueMs) {
        lateTurns = nowMs - dueMs > lateMs ? lateTurns + 1 : 0;
        dueMs = nowMs + seenEveryMs;
      }
      if (waitMs > waitMaxMs !== long) {
        long = !long;
        sinceMs = nowMs;
      }
      if (nowMs - sinceMs >= standingMs) standing = long;
      // A loop that is late is watched until it is in time.
      if (busy || lateTurns > 0) dueMs ??= nowMs + seenEveryMs;
      else dueMs = undefined;
    },
    deadlineMs: () => dueMs,
    isLate: () => (standing && long) || lateTurns >= lateTurnsMax,
  };
}
