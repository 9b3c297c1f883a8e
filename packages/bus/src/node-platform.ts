import type { Platform } from './link.ts';

export const nodePlatform: Platform = {
  nowMs: () => performance.now(),
  random: () => Math.random(),
  after(delayMs, run) {
    // Rounded up: a timer that fires early finds nothing due and would have to be armed again.
    const timer = setTimeout(run, Math.ceil(delayMs));
    return () => clearTimeout(timer);
  },
  // Whatever lies ready is read before (ADR 16).
  soon: (run) => void setImmediate(run),
  // Two turns: in the first the sockets that were readable are read, in the second what they brought has been taken in.
  afterTurn: (run) => setImmediate(() => setImmediate(run)),
};
