import type { Histogram } from 'hdr-histogram-js';
import { emptyHistogram } from './load.ts';
import type { LoadResult } from './load.ts';

/** One line of a table: one load in one round. */
export interface Measurement {
  readonly suite: string;
  /** The parameter of the load: `256 in flight`, `20,000/s`. */
  readonly load: string;
  readonly round: number;
  readonly perSecond: number;
  readonly answered: number;
  readonly wrong: number;
  readonly failed: Readonly<Record<string, number>>;
  /** Answers in each second. */
  readonly eachSecond: readonly number[];
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly longestMs: number;
  /** The longest time between two answers. */
  readonly gapMs: number;
  /** The time until clients were told of a failure; 0 without failures. */
  readonly failedAfterP99Ms: number;
  readonly failedAfterLongestMs: number;
  /** Processor time for each answer, by role. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** By role, for a single process. */
  readonly residentMiB: Readonly<Record<string, number>>;
  readonly residentEachMiB: Readonly<Record<string, number>>;
  /** From the start of the first process to the first answer, in suites that measure it. */
  readonly firstAnswerMs?: number;
}

/** The combined results of all clients of a load. */
export function together(results: readonly LoadResult[]): LoadResult {
  const latency: Histogram = emptyHistogram();
  const failedAfter = emptyHistogram();
  const failed: Record<string, number> = {};
  const eachSecond: number[] = [];
  for (const result of results) {
    latency.add(result.latency);
    failedAfter.add(result.failedAfter);
    for (const [second, answers] of result.eachSecond.entries()) {
      eachSecond[second] = (eachSecond[second] ?? 0) + answers;
    }
    for (const [code, times] of Object.entries(result.failed)) failed[code] = (failed[code] ?? 0) + times;
  }
  return {
    answered: sum(results.map(({ answered }) => answered)),
    wrong: sum(results.map(({ wrong }) => wrong)),
    failed,
    latency,
    failedAfter,
    eachSecond,
    gapMs: Math.max(0, ...results.map(({ gapMs }) => gapMs)),
  };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** The median: the middle value, or the mean of the two middle values. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? Number.NaN;
  return Number.isInteger(half) ? (upper + (sorted[half - 1] ?? Number.NaN)) / 2 : upper;
}

/** Rounds of the same load, in the order in which the loads first came. */
export function byLoad(measurements: readonly Measurement[]): Measurement[][] {
  const groups = new Map<string, Measurement[]>();
  for (const one of measurements) {
    const key = `${one.suite}: ${one.load}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
