/**
 * The timers of Node as they were when this was imported, for all that the fabric does. A program's tests may put timers of their own in
 * the place of the global ones, which stand still until they are moved: then no call would be answered, nothing would be given up, and
 * a simulated system would stand still with them.
 */
export const timers: {
  setTimeout: typeof setTimeout;
  clearTimeout: typeof clearTimeout;
  setInterval: typeof setInterval;
  clearInterval: typeof clearInterval;
  setImmediate: typeof setImmediate;
  queueMicrotask: typeof queueMicrotask;
  nextTick: typeof process.nextTick;
  /** Milliseconds with fractions, from a clock that is never set. */
  monotonicMs(this: void): number;
} = {
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  queueMicrotask,
  nextTick: process.nextTick,
  monotonicMs: performance.now.bind(performance),
};
