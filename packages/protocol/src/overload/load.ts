import { createRecentTimes } from './recent-times.ts';
/*
 * The load of one kind of work: how much of it a server can take at once. It decides three things from the reported
 * runs:
 * - Whether a run may block the event loop. While it does, the server sends nothing, so everyone who waits is told
 *   before the run begins. A kind is presumed to block until it was seen not to, and after a run that blocked for more
 *   than 20 ms until sixteen runs in a row did not.
 * - Whether a run takes so long that nothing should wait behind it here (100 ms, or nothing is known yet).
 * - The window: how many requests of one requester keep the server busy. It is one more than the slots, so that the
 *   next request is there when one is done, and no less than what the slots do in 25 ms. For work that takes 25 ms or
 *   more it is the number of slots: a round trip without work is a few hundredths of that, and otherwise the requests
 *   of several requesters would wait for each other.
 *
 * Times are means of the last sixteen runs without the two longest, because a pause of the garbage collector is not a
 * property of the work. A large window changes only when it changes fourfold, because each change is sent to every
 * requester.
 *
 * Slots: in threads, the number of threads. In the event loop, 1 for work that blocks it; otherwise as many as the loop
 * can begin in the time of one run, but no more than may run at once.
 */

export interface Load {
  /** A run has occupied its loop or thread for this long. @param answered whether the run is over */
  took(blockedMs: number, answered: boolean): void;
  /** A run that was not over when it returned took this long in total. */
  handled(ms: number): void;
  mayBlock(): boolean;
  /** The event loop was blocked, perhaps by a run after it had returned. */
  suspect(): void;
  /** Whether nothing should wait behind a run. */
  isLong(): boolean;
  /** Whether the next request should be there when a run is done, because a round trip is long in comparison. */
  isShort(): boolean;
  /**
   * How many runs go on at once.
   *
   * @param threads the number of threads, if the work runs in threads
   * @returns undefined while nothing is known
   */
  slots(threads: number | undefined): number | undefined;
  /**
   * @param threads the number of threads, if the work runs in threads
   * @returns undefined while nothing is known
   */
  window(threads: number | undefined): number | undefined;
}

export interface LoadConfig {
  /** How many runs may go on at once in the event loop. */
  readonly concurrencyMax: number;
  readonly windowMax: number;
}

/** From this time on, others notice a run. */
const noticedMs = 20;
/** After a kind has blocked, it is presumed to block until this many runs in a row did not. */
const quickRunsMin = 16;
const longMs = 100;
const aheadMs = 25;
/** Windows up to this size change with every slot. */
const smallMax = 16;
/** The slots of work that waits for something, before one run has ended. */
const asyncFirst = 16;
/** Shorter times are not distinguished. Reading the clock takes a tenth of this. */
const leastMs = 0.0005;

export function createLoad({ concurrencyMax, windowMax }: LoadConfig): Load {
  /** How many more quick runs it takes until the kind is presumed quick. */
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
      // The number of threads is known before anything is known about the work.
      if (eachMs === undefined) return isAsync ? Math.min(concurrencyMax, asyncFirst) : undefined;
      const busy =
        eachMs >= aheadMs ? count : Math.max(count + 1, Math.floor((count * aheadMs) / Math.max(eachMs, leastMs)));
      const window = Math.min(busy, windowMax);
      if (windowLast === undefined || !isNear(window, windowLast)) windowLast = window;
      return windowLast;
    },
  };
}

/** With either window the server is busy, and little waits. */
function isNear(window: number, other: number): boolean {
  return Math.min(window, other) > smallMax && Math.max(window, other) < 4 * Math.min(window, other);
}
