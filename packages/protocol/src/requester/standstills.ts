/*
 * Times in which this process stood still: it was stopped, its machine slept, or something blocked its event loop. The
 * requester neither read answers nor sent anything then, so no server was silent, and none was slow.
 *
 * A standstill shows in a timer that is late. It is noticed with the first input after it, which may be an answer that
 * waited meanwhile. If one timer after the other is late, this process is always so slow: then the time counts, because
 * otherwise it would never find a server silent.
 */

export interface Standstills {
  /**
   * An input has come.
   *
   * @param dueMs when the next timer was due, infinity without one
   * @returns for how long this process stood still before; 0 if it did not
   */
  before(isTick: boolean, dueMs: () => number, nowMs: number): number;
  /** A tick begins. @returns whether this process stood still since the last one */
  ticked(): boolean;
}

/** A timer that is later than this means that the process stood still. */
const pauseMs = 100;

export function createStandstills(): Standstills {
  let inputMs = 0;
  let isLate = false;
  let wasLate = false;

  return {
    before(isTick, dueMs, nowMs) {
      const lastMs = inputMs;
      inputMs = nowMs;
      if (isLate || (!isTick && nowMs - lastMs <= pauseMs)) return 0;
      // Inputs that follow each other without a turn of the loop delay its timers too.
      const lateMs = nowMs - (isTick ? dueMs() : Math.max(dueMs(), lastMs));
      if (lateMs <= pauseMs) return 0;
      isLate = true;
      return wasLate ? 0 : lateMs;
    },
    ticked() {
      const stoodStill = isLate && !wasLate;
      wasLate = isLate;
      isLate = false;
      return stoodStill;
    },
  };
}
