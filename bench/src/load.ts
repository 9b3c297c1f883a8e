import type { Calculator } from '@cateto/contracts';
import { createChance } from '@cateto/bus/simulated';
import type { Client } from '@cateto/sdk';
import { RequestError } from '@cateto/sdk';
import type { Histogram } from 'hdr-histogram-js';
import { build } from 'hdr-histogram-js';

/* What a client does in a measurement, and what it saw. Every answer is checked. */

export interface LoadResult {
  /** Right answers, of the time that counts. */
  answered: number;
  wrong: number;
  /** Failures by code. */
  readonly failed: Record<string, number>;
  /** Of the answers, in microseconds. */
  readonly latency: Histogram;
  /** The longest time between two answers. */
  gapMs: number;
}

export function emptyResult(): LoadResult {
  return { answered: 0, wrong: 0, failed: {}, latency: emptyHistogram(), gapMs: 0 };
}

/** From a microsecond to a minute, to three digits. */
export function emptyHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
}

/** Asks one after the other, `inFlight` at a time, so that the system sets the pace. */
export async function closedLoop(
  client: Client<Calculator>,
  { inFlight, warmMs, ms }: ClosedLoad,
): Promise<LoadResult> {
  const result = emptyResult();
  const chance = createChance(1);
  const fromMs = performance.now() + warmMs;
  const untilMs = fromMs + ms;
  let lastMs = fromMs;

  async function loop(): Promise<void> {
    for (let startMs = performance.now(); startMs < untilMs; startMs = performance.now()) {
      const nowMs = await askOnce(client, chance.share(), startMs, startMs >= fromMs ? result : undefined);
      if (nowMs >= fromMs) {
        result.gapMs = Math.max(result.gapMs, nowMs - lastMs);
        lastMs = nowMs;
      }
    }
  }

  await Promise.all(Array.from({ length: inFlight }, loop));
  return result;
}

export interface ClosedLoad {
  readonly inFlight: number;
  /** What happens before does not count. */
  readonly warmMs: number;
  readonly ms: number;
}

export interface OpenLoad {
  readonly perSecond: number;
  readonly warmMs: number;
  readonly ms: number;
}

const tickMs = 1;

/**
 * Asks at random times, so many a second on average (a Poisson process), whatever became of the requests before. A request's
 * time counts from when it was due, so that a stall is not hidden by those it kept from being sent.
 */
export async function openLoop(client: Client<Calculator>, { perSecond, warmMs, ms }: OpenLoad): Promise<LoadResult> {
  const result = emptyResult();
  const chance = createChance(2);
  const open = new Set<Promise<void>>();
  const startMs = performance.now();
  const fromMs = startMs + warmMs;
  const untilMs = fromMs + ms;
  let dueMs = startMs;
  let lastMs = fromMs;

  async function ask(atMs: number): Promise<void> {
    const nowMs = await askOnce(client, chance.share(), atMs, atMs >= fromMs ? result : undefined);
    if (atMs < fromMs) return;
    result.gapMs = Math.max(result.gapMs, nowMs - lastMs);
    lastMs = nowMs;
  }

  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const nowMs = Math.min(performance.now(), untilMs);
      while (dueMs <= nowMs) {
        const asking = ask(dueMs);
        open.add(asking);
        void asking.then(() => open.delete(asking));
        dueMs -= (Math.log(1 - chance.share()) * 1_000) / perSecond;
      }
      if (nowMs < untilMs) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
  await Promise.all(open);
  return result;
}

/** @returns when it settled */
async function askOnce(
  client: Client<Calculator>,
  share: number,
  fromMs: number,
  result: LoadResult | undefined,
): Promise<number> {
  const a = 1 + Math.floor(share * 1e6);
  const b = 1 + (a % 9_973);
  try {
    const { value } = await client.hypotenuse(a, b);
    const nowMs = performance.now();
    if (result === undefined) return nowMs;
    if (Math.abs(value - Math.hypot(a, b)) > 4 * Number.EPSILON * value) result.wrong += 1;
    else result.answered += 1;
    result.latency.recordValue(Math.max(1, Math.round((nowMs - fromMs) * 1_000)));
    return nowMs;
  } catch (error) {
    const code = error instanceof RequestError ? error.code : String(error);
    if (result !== undefined) result.failed[code] = (result.failed[code] ?? 0) + 1;
    return performance.now();
  }
}
