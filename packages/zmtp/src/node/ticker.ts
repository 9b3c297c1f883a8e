import { timers } from './timers.ts';

/*
 * One timer for all sockets of a process that tick at the same interval. A program with a hundred clients wakes once
 * for all of them. Ticks also join other timers of the process, such as the beats of a broker: an idle process spends
 * more on waking up than on the work that it then does.
 */

interface Ticker {
  readonly runs: Set<() => void>;
  /** Ticks now, if a tick is nearly due. */
  join(nowMs: number): void;
  stop(): void;
}

/** A tick joins another timer that fires this much earlier, or later, as a share of the interval. */
const earlyShare = 0.04;
const lateShare = 0.02;

const tickers = new Map<number, Ticker>();

/**
 * Runs `run` at each tick; after a standstill of the process once, not once for each missed tick. @returns a function
 * that stops it
 */
export function everyTick(tickMs: number, run: () => void): () => void {
  const ticker = tickers.get(tickMs) ?? createTicker(tickMs);
  tickers.set(tickMs, ticker);
  const { runs } = ticker;
  runs.add(run);
  return () => {
    runs.delete(run);
    if (runs.size > 0 || tickers.get(tickMs) !== ticker) return;
    ticker.stop();
    tickers.delete(tickMs);
  };
}

/** Another timer of the process has fired. */
export function joinTicks(): void {
  const nowMs = timers.monotonicMs();
  for (const ticker of tickers.values()) ticker.join(nowMs);
}

function createTicker(tickMs: number): Ticker {
  const runs = new Set<() => void>();
  let lastMs = timers.monotonicMs();
  const timer = timers.setInterval(() => tick(timers.monotonicMs()), Math.ceil(tickMs * (1 + lateShare)));

  function tick(nowMs: number): void {
    lastMs = nowMs;
    for (const one of runs) one();
  }

  return {
    runs,
    join(nowMs) {
      if (nowMs - lastMs < tickMs * (1 - earlyShare)) return;
      timer.refresh();
      tick(nowMs);
    },
    stop: () => timers.clearInterval(timer),
  };
}
