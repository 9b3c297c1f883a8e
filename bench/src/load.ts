import { createChance } from '@cateto/simulation';
import { RequestError } from '@cateto/sdk';
import type { Histogram } from 'hdr-histogram-js';
import { build } from 'hdr-histogram-js';
import type { Question } from './question.ts';

/* The load of a client in a measurement, and its results. Every answer is checked. */

export interface LoadResult {
  /** Correct answers to requests of the measured time. */
  answered: number;
  wrong: number;
  /** Failures by code. */
  readonly failed: Record<string, number>;
  /** The times of the answers, in microseconds. */
  readonly latency: Histogram;
  /** The times of the failures: from the request until the client was told, in microseconds. */
  readonly failedAfter: Histogram;
  /** Correct answers in each second of the measured time; the last second may be incomplete. */
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

/** From a microsecond to a minute, with three digits. */
export function emptyHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
}

interface Duration {
  /** Requests that were due before are not measured. */
  readonly warmMs: number;
  readonly ms: number;
}

export interface ClosedLoad extends Duration {
  readonly inFlight: number;
}

export interface OpenLoad extends Duration {
  readonly perSecond: number;
}

/** Sends one request after the other, `inFlight` at a time, so that the system sets the pace. */
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
 * How long the client sends at once. A longer time would delay reading the answers, and a late client would become ever
 * later.
 */
const askingMsMax = 5;
/** The request was due, but its client had no time to send it before the end. */
const notAsked = 'not-asked';

/**
 * Sends requests at random times, so many a second on average (a Poisson process), whatever happened to earlier
 * requests. A request's time counts from when it was due, so that a stall is not hidden by requests that it kept from
 * being sent. Requests that it kept until the end count as failed.
 */
export async function openLoop(ask: Question, { perSecond, warmMs, ms }: OpenLoad): Promise<LoadResult> {
  const startMs = performance.now();
  const account = openAccount(ask, startMs + warmMs, ms);
  const chance = createChance(2);
  const open = new Set<Promise<void>>();
  let dueMs = startMs;

  function toNext(): void {
    dueMs -= (Math.log(1 - chance.share()) * 1_000) / perSecond;
  }

  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const tickedMs = performance.now();
      const nowMs = Math.min(tickedMs, account.untilMs);
      while (dueMs <= nowMs && performance.now() < tickedMs + askingMsMax) {
        const asking = account.askOnce(chance.share(), dueMs);
        open.add(asking);
        void asking.then(() => open.delete(asking));
        toNext();
      }
      if (nowMs < account.untilMs) return;
      for (; dueMs < account.untilMs; toNext()) if (account.counts(dueMs)) account.fail(notAsked);
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
  /** Sends a request whose time counts from `fromMs`. Resolves when it has settled, with any outcome. */
  askOnce(share: number, fromMs: number): Promise<void>;
  fail(code: string): void;
  /** Whether a request that was due then is measured. */
  counts(dueMs: number): boolean;
}

function openAccount(ask: Question, countsMs: number, ms: number): Account {
  const result = { ...emptyResult(), eachSecond: Array.from({ length: Math.ceil(ms / 1_000) }, () => 0) };
  const untilMs = countsMs + ms;
  let lastMs = countsMs;

  const counts = (dueMs: number): boolean => dueMs >= countsMs;

  function fail(code: string): void {
    result.failed[code] = (result.failed[code] ?? 0) + 1;
  }

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
    fail,
    counts,
    async askOnce(share, fromMs) {
      const askedMs = performance.now();
      try {
        const right = await ask(share);
        const nowMs = performance.now();
        if (right) answered(nowMs);
        if (!counts(fromMs)) return;
        if (right) result.answered += 1;
        else result.wrong += 1;
        result.latency.recordValue(microseconds(nowMs - fromMs));
      } catch (error) {
        if (!counts(fromMs)) return;
        fail(error instanceof RequestError ? error.code : String(error));
        result.failedAfter.recordValue(microseconds(performance.now() - askedMs));
      }
    },
  };
}

function microseconds(ms: number): number {
  return Math.max(1, Math.round(ms * 1_000));
}
