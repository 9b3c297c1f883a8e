import { createRecentTimes } from './recent-times.ts';
/*
 * The load: what one kind of work asks of its server, and so how much of it the server can have at once.
 *
 * Decides three things by the runs that it was told of:
 *
 * - Whether a run may block the loop. While it does, the server says nothing: so everybody who waits is told before it begins. A kind is
 *   presumed to block until it was seen not to, and after a run that blocked for more than 20 ms until sixteen in a row did not.
 * - Whether a run takes so long that nothing should wait behind it here (100 ms; also as long as nothing is known).
 * - The window: how many requests of one requester keep the server busy. That is one more than it has slots, so that the next is there
 *   when one is done, and no less than what the slots do in 25 ms. Of work that takes 25 ms it is the slots alone: a round trip without
 *   work costs a few hundredths of that, and the requests of several requesters would wait for one another.
 *
 * Times are means of the last sixteen runs without the two longest: a pause of the garbage collector is no property of the work. A large
 * window changes only fourfold, because each change is told to every requester.
 *
 * Slots: the threads, where it runs in threads. In the loop 1 if it blocks the loop while it runs; else as many as the loop can begin
 * in the time that one takes, but no more than may run at once.
 */

export interface Load {
  /** A run has kept its loop or thread for so long. @param answered the run is over */
  took(blockedMs: number, answered: boolean): void;
  /** A run that was not over when it returned took so long in all. */
  handled(ms: number): void;
  mayBlock(): boolean;
  /** The loop was blocked, perhaps by a run after it had returned. */
  suspect(): void;
  /** Nothing should wait behind a run. */
  isLong(): boolean;
  /** The next should be there when a run is done: a round trip is not little beside it. */
  isShort(): boolean;
  /**
   * How many runs go on at once.
   *
   * @param threads where it runs in threads: how many there are
   * @returns undefined while nothing is known
   */
  slots(threads: number | undefined): number | undefined;
  /**
   * @param threads where it runs in threads: how many there are
   * @returns undefined while nothing is known
   */
  window(threads: number | undefined): number | undefined;
}

export interface LoadConfig {
  /** Runs that may go on at once in the loop. */
  readonly concurrencyMax: number;
  readonly windowMax: number;
}

/** From here on a run is one that others notice. */
const noticedMs = 20;
/** A kind that blocked once is presumed to until it has not so often in a row. */
const quickRunsMin = 16;
const longMs = 100;
const aheadMs = 25;
/** Windows up to here change with every slot. */
const smallMax = 16;
/** Slots of what waits for something, before one was seen to end. */
const asyncFirst = 16;
/** Shorter times are not told apart: a clock read is a tenth of it. */
const leastMs = 0.0005;

export function createLoad({ concurrencyMax, windowMax }: LoadConfig): Load {
  /** Runs until it is presumed quick. */
  let presumed = 1;
  const blocked = createRecentTimes();
  const handled = createRecentTimes();
  let isAsync = false;
  let windowLast: number | undefined;

  function slots(threads: number | undefined): number | undefined {
    if (threads !== undefined) return threads;
    const blockedMs = blocked.typicalMs();
    if (!isAsync) return blockedMs === undefined ? undefined : 1;
    const handledMs = handled.typicalMs();
    if (handledMs === undefined) return Math.min(concurrencyMax, asyncFirst);
    return Math.max(1, Math.min(concurrencyMax, Math.floor(handledMs / Math.max(blockedMs ?? 0, leastMs))));
  }

  return {
    took(ms, answered) {
      blocked.add(ms);
      if (ms > noticedMs) presumed = quickRunsMin;
      else if (presumed > 0) presumed -= 1;
      if (!answered) isAsync = true;
    },
    handled: handled.add,
    mayBlock: () => presumed > 0,
    suspect() {
      presumed = quickRunsMin;
    },
    isLong: () => (blocked.typicalMs() ?? longMs) >= longMs,
    isShort: () => (handled.typicalMs() ?? aheadMs) < aheadMs,
    slots,
    window(threads) {
      const eachMs = (isAsync || threads !== undefined ? handled : blocked).typicalMs();
      const count = slots(threads);
      if (count === undefined) return undefined;
      // The slots of threads are known before anything is known of the work.
      if (eachMs === undefined) return isAsync ? Math.min(concurrencyMax, asyncFirst) : undefined;
      const busy =
        eachMs >= aheadMs ? count : Math.max(count + 1, Math.floor((count * aheadMs) / Math.max(eachMs, leastMs)));
      const window = Math.min(busy, windowMax);
      if (windowLast === undefined || !isNear(window, windowLast)) windowLast = window;
      return windowLast;
    },
  };
}

/** Both keep the server busy, and neither lets much wait. */
function isNear(window: number, other: number): boolean {
  return Math.min(window, other) > smallMax && Math.max(window, other) < 4 * Math.min(window, other);
}
