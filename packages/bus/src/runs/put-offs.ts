import type { Platform } from '../link/link.ts';

/*
 * After a handler has blocked the event loop, the server reads what has arrived before it begins anything new: it may be a
 * cancellation. Requests of requesters that were not told of the handler may be at another server by then, so the queue
 * gives them back (docs/wire.md, "Beats"). It does so with the first turn after that: its own, or that of the put-off,
 * which was requested later.
 */

export interface PutOffs {
  /**
   * The loop was blocked. One turn later, everything that had arrived is read.
   *
   * @param announcedSinceMs since when, if requesters were told before
   */
  add(announcedSinceMs: number | undefined): void;
  /** Whether there may be unread messages. */
  any(): boolean;
  /** Since when the loop was blocked for long by a handler that was announced; undefined if it was not. */
  longSinceMs(): number | undefined;
}

/** A server whose loop is not blocked names a request after this time, so requesters wait longer than that. */
const unnamedMaxMs = 50;

/**
 * @param giveUntoldBack called when everything that had arrived is read
 * @param caughtUp called after that, when no other put-off is left
 */
export function createPutOffs(platform: Platform, giveUntoldBack: () => void, caughtUp: () => void): PutOffs {
  let count = 0;
  let longCount = 0;
  let longSinceMs = 0;

  return {
    add(announcedSinceMs = Number.POSITIVE_INFINITY) {
      const isLong = announcedSinceMs + unnamedMaxMs < platform.nowMs();
      count += 1;
      if (isLong && longCount === 0) longSinceMs = announcedSinceMs;
      if (isLong) longCount += 1;
      platform.afterTurn(() => {
        giveUntoldBack();
        count -= 1;
        if (isLong) longCount -= 1;
        if (count === 0) caughtUp();
      });
    },
    any: () => count > 0,
    longSinceMs: () => (longCount === 0 ? undefined : longSinceMs),
  };
}
