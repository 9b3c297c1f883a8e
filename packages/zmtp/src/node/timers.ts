/**
 * Node's timers as they were when this file was imported, for all code of Cateto. Tests of a program may replace the
 * global timers with fake ones that stand still. With those, no call would be answered, nothing would time out, and a
 * simulated system would stand still too.
 */
export const timers: {
  setTimeout: typeof setTimeout;
  clearTimeout: typeof clearTimeout;
  setInterval: typeof setInterval;
  clearInterval: typeof clearInterval;
  setImmediate: typeof setImmediate;
  nextTick: typeof process.nextTick;
  /** Milliseconds with fractions, from a monotonic clock. */
  monotonicMs(this: void): number;
  /** Milliseconds since 1970. */
  wallMs(this: void): number;
} = {
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  nextTick: process.nextTick,
  monotonicMs: performance.now.bind(performance),
  wallMs: Date.now.bind(Date),
};
