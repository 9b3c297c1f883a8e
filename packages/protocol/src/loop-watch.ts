/*
 * The loop watch: whether a server's event loop is so late that it should take nothing new.
 *
 * While work is in flight the loop is to be seen every 50 ms. Seen more than 200 ms too late three times in a row it is
 * late, until it is in time once. A single time is a pause, of a process that was stopped or a machine that stood still:
 * from that a server rather goes on where it was, for what waits for it was not refused.
 */

/** The loop turned. While no work is in flight nothing is due. */
export interface LoopWatchInput {
  readonly type: 'seen';
  readonly busy: boolean;
}

export interface LoopWatch {
  handle(input: LoopWatchInput, nowMs: number): void;
  deadlineMs(): number | undefined;
  isLate(): boolean;
}

const lateMs = 200;
const seenEveryMs = 50;
const lateTurnsMax = 3;

export function createLoopWatch(): LoopWatch {
  let dueMs: number | undefined;
  let lateTurns = 0;

  return {
    handle({ busy }, nowMs) {
      if (dueMs !== undefined && nowMs >= dueMs) {
        lateTurns = nowMs - dueMs > lateMs ? lateTurns + 1 : 0;
        dueMs = nowMs + seenEveryMs;
      }
      // A loop that is late is watched until it is in time.
      if (busy || lateTurns > 0) dueMs ??= nowMs + seenEveryMs;
      else dueMs = undefined;
    },
    deadlineMs: () => dueMs,
    isLate: () => lateTurns >= lateTurnsMax,
  };
}
