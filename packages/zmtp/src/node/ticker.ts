import { timers } from './timers.ts';

/*
 * One timer for all sockets of a process that tick at the same pace: a program with a hundred clients wakes once for all.
 */

interface Pace {
  readonly timer: NodeJS.Timeout;
  readonly runs: Set<() => void>;
}

const paces = new Map<number, Pace>();

/** Runs again and again; when the process stood still, once and not as often as it would have. @returns what ends it */
export function everyTick(tickMs: number, run: () => void): () => void {
  let pace = paces.get(tickMs);
  if (pace === undefined) {
    const runs = new Set<() => void>();
    const timer = timers.setInterval(() => {
      for (const one of runs) one();
    }, tickMs);
    pace = { timer, runs };
    paces.set(tickMs, pace);
  }
  const { timer, runs } = pace;
  runs.add(run);
  return () => {
    runs.delete(run);
    if (runs.size > 0 || paces.get(tickMs)?.runs !== runs) return;
    timers.clearInterval(timer);
    paces.delete(tickMs);
  };
}
