import type { Platform } from './link.ts';
import { timers } from '@cateto/zmtp/timers';

export const nodePlatform: Platform = {
  nowMs: timers.monotonicMs,
  random: () => Math.random(),
  after(delayMs, run) {
    // Rounded up: a timer that fires early finds nothing due and would have to be armed again.
    const timer = timers.setTimeout(run, Math.ceil(delayMs));
    return () => timers.clearTimeout(timer);
  },
  // Whatever lies ready is read before (ADR 16).
  soon: (run) => void timers.setImmediate(run),
  // Two turns: in the first the sockets that were readable are read, in the second what they brought has been taken in.
  afterTurn: (run) => timers.setImmediate(() => timers.setImmediate(run)),
};
