import type { Platform } from './link.ts';

/** One timer for the earliest deadline of several machines. */
export interface DeadlineTimer {
  /**
   * Fires at this time or earlier. A timer that fires early finds nothing due and is armed again, which is cheaper than
   * a new timer for every request.
   */
  arm(dueMs: number): void;
  /** The work that was due is being done. Nothing has been armed since the timer fired. */
  taken(): void;
  close(): void;
}

/** @param due gets how late the timer is. It, or a function that it defers, calls `taken`. */
export function createDeadlineTimer(platform: Platform, due: (lateMs: number) => void): DeadlineTimer {
  let armedMs = Number.POSITIVE_INFINITY;
  let disarm: (() => void) | undefined;

  function fire(): void {
    const lateMs = platform.nowMs() - armedMs;
    armedMs = Number.NEGATIVE_INFINITY;
    disarm = undefined;
    due(lateMs);
  }

  return {
    arm(dueMs) {
      if (dueMs >= armedMs) return;
      disarm?.();
      armedMs = dueMs;
      disarm = platform.after(Math.max(0, dueMs - platform.nowMs()), fire);
    },
    taken() {
      armedMs = Number.POSITIVE_INFINITY;
    },
    close() {
      disarm?.();
      disarm = undefined;
      armedMs = Number.NEGATIVE_INFINITY;
    },
  };
}
