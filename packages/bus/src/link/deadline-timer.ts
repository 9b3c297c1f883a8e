import type { Platform } from './link.ts';

/** One timer for the earliest of the deadlines of several machines. */
export interface DeadlineTimer {
  /**
   * Fires at that time, unless it fires before. A timer that fires early finds nothing due and is armed again: that is cheaper than a
   * new timer with every request.
   */
  arm(dueMs: number): void;
  /** What was due is being done now. Since it fired, nothing was armed. */
  taken(): void;
  close(): void;
}

/** @param due gets how late it is; it, or what it puts off, calls `taken` */
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
