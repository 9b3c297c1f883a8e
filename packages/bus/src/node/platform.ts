import { hostname } from 'node:os';
import type { Platform } from '../link/link.ts';
import { joinTicks } from '@cateto/zmtp/node';
import { timers } from '@cateto/zmtp/timers';

export const nodePlatform: Platform = {
  process: { host: hostname(), pid: process.pid },
  nowMs: timers.monotonicMs,
  wallMs: timers.wallMs,
  random: () => Math.random(),
  after(delayMs, run) {
    // Rounded up, because a timer that fires early finds nothing due and has to be armed again.
    const timer = timers.setTimeout(fire, Math.ceil(delayMs), run);
    return () => timers.clearTimeout(timer);
  },
  // Sockets that are readable are read before this (ADR 16).
  soon: (run) => void timers.setImmediate(run),
  // Two turns: in the first one the readable sockets are read, and in the second one their messages have been
  // processed.
  afterTurn: (run) => timers.setImmediate(() => timers.setImmediate(run)),
};

function fire(run: () => void): void {
  run();
  joinTicks();
}
