import { createChance } from '@cateto/bus/simulated';
import { RequestError } from '@cateto/sdk';
import type { Histogram } from 'hdr-histogram-js';
import { build } from 'hdr-histogram-js';
import type { Question } from './question.ts';

/* What a client does in a measurement, and what it saw. Every answer is checked. */

export interface LoadResult {
  /** Right answers to what was asked in the time that counts. */
  answered: number;
  wrong: number;
  /** Failures by code. */
  readonly failed: Record<string, number>;
  /** Of the answers, in microseconds. */
  readonly latency: Histogram;
  /** Of the failures: how long it took until the client was told, in microseconds. */
  readonly failedAfter: Histogram;
  /** Right answers that came in each second of the time that counts; the last may be a part of one. */
  readonly eachSecond: number[];
  /** The longest time between two answers. */
  gapMs: number;
}

export function emptyResult(): LoadResult {
  return {
    answered: 0,
    wrong: 0,
    failed: {},
    latency: emptyHistogram(),
    failedAfter: emptyHistogram(),
    eachSecond: [],
    gapMs: 0,
  };
}

/** From a microsecond to a minute, to three digits. */
export function emptyHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
}

interface Duration {
  /** What happens before does not count. */
  readonly warmMs: number;
  readonly ms: number;
}

export interface ClosedLoad extends Duration {
  readonly inFlight: number;
}

export interface OpenLoad extends Duration {
  readonly perSecond: number;
}

/** Asks one after the other, `inFlight` at a time, so that the system sets the pace. */
export async function closedLoop(ask: Question, { inFlight, warmMs, ms }: ClosedLoad): Promise<LoadResult> {
  const account = openAccount(ask, performance.now() + warmMs, ms);
  const chance = createChance(1);

  async function loop(): Promise<void> {
    for (let startMs = performance.now(); startMs < account.untilMs; startMs = performance.now()) {
      await account.askOnce(chance.share(), startMs);
    }
  }

  await Promise.all(Array.from({ length: inFlight }, loop));
  return account.result;
}

const tickMs = 1;

/**
 * Asks at random times, so many a second on average (a Poisson process), whatever became of the requests before. A request's
 * time counts from when it was due, so that a stall is not hidden by those it kept from being sent.
 */
export async function openLoop(ask: Question, { perSecond, warmMs, ms }: OpenLoad): Promise<LoadResult> {
  const startMs = performance.now();
  const account = openAccount(ask, startMs + warmMs, ms);
  const chance = createChance(2);
  const open = new Set<Promise<void>>();
  let dueMs = startMs;

  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const nowMs = Math.min(performance.now(), account.untilMs);
      while (dueMs <= nowMs) {
        const asking = account.askOnce(chance.share(), dueMs);
        open.add(asking);
        void asking.then(() => open.delete(asking));
        dueMs -= (Math.log(1 - chance.share()) * 1_000) / perSecond;
      }
      if (nowMs < account.untilMs) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
  await Promise.all(open);
  return account.result;
}

interface Account {
  readonly untilMs: number;
  readonly result: LoadResult;
  /** Asks; the time counts from `fromMs`. Resolves when it has settled, whatever became of it. */
  askOnce(share: number, fromMs: number): Promise<void>;
}

function openAccount(ask: Question, countsMs: number, ms: number): Account {
  const result = { ...emptyResult(), eachSecond: Array.from({ length: Math.ceil(ms / 1_000) }, () => 0) };
  const untilMs = countsMs + ms;
  let lastMs = countsMs;

  function answered(nowMs: number): void {
    if (nowMs < countsMs || nowMs >= untilMs) return;
    const second = Math.floor((nowMs - countsMs) / 1_000);
    result.eachSecond[second] = (result.eachSecond[second] ?? 0) + 1;
    result.gapMs = Math.max(result.gapMs, nowMs - lastMs);
    lastMs = nowMs;
  }

  return {
    untilMs,
    result,
    async askOnce(share, fromMs) {
      const counts = fromMs >= countsMs;
      try {
        const right = await ask(share);
        const nowMs = performance.now();
        if (right) answered(nowMs);
        if (!counts) return;
        if (right) result.answered += 1;
        else result.wrong += 1;
        result.latency.recordValue(microseconds(nowMs - fromMs));
      } catch (error) {
        if (!counts) return;
        const code = error instanceof RequestError ? error.code : String(error);
        result.failed[code] = (result.failed[code] ?? 0) + 1;
        result.failedAfter.recordValue(microseconds(performance.now() - fromMs));
      }
    },
  };
}

function microseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1_000));
}
