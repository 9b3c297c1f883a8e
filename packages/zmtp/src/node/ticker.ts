import { timers } from './timers.ts';

/*
 * One timer for all sockets of a process that tick at the same interval. A program with a hundred clients wakes once
 * for all of them.
 */

interface Ticker {
  readonly timer: NodeJS.Timeout;
  readonly runs: Set<() => void>;
}

const tickers = new Map<number, Ticker>();

/**
 * Runs `run` at each tick; after a standstill of the process once, not once for each missed tick. @returns a function
 * that stops it
 */
export function everyTick(tickMs: number, run: () => void): () => void {
  let ticker = tickers.get(tickMs);
  if (ticker === undefined) {
    const runs = new Set<() => void>();
    const timer = timers.setInterval(() => {
      for (const one of runs) one();
    }, tickMs);
    ticker = { timer, runs };
    tickers.set(tickMs, ticker);
  }
  const { timer, runs } = ticker;
  runs.add(run);
  return () => {
    runs.delete(run);
    if (runs.size > 0 || tickers.get(tickMs)?.runs !== runs) return;
    timers.clearInterval(timer);
    tickers.delete(tickMs);
  };
}
