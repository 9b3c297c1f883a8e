import type { Answer } from '@cateto/sdk';
import { RequestError } from '@cateto/sdk';
import { failure } from '@cateto/contracts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chanceOf } from './chance.ts';
import { check } from './checker.ts';
import { startGenerator } from './generator.ts';
import type { Entry } from './history.ts';
import { ofType } from './requests.ts';
import { workloads } from './workload.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

type Call = (formula: string, operands: readonly number[]) => Promise<Answer<unknown>>;

function loadOf(call: Call, first = 1, seed = 1, workload = workloads.calculator) {
  const entries: Entry[] = [];
  const load = startGenerator({
    client: 'one',
    workload,
    call,
    perSecond: 500,
    timeoutMs: 1_000,
    first,
    step: 4,
    chance: chanceOf(seed, 'one'),
    record: (entry) => void entries.push(entry),
  });
  return { entries, load, asked: () => ofType(entries, 'asked') };
}

let ids = 0;
const rightly: Call = (formula, [a = 0]) => {
  const scales: Record<string, number> = { hypotenuse: 36, diagonal: 20, leg: 75 };
  ids += 1;
  return Promise.resolve({
    value: (60 * a) / (scales[formula] ?? 1),
    id: `k3f0q9x2m1zd-${ids}`,
    elapsedMs: 1,
    fallbacks: [],
  });
};

test('the generator asks all formulas in the given proportion, and no question twice', async () => {
  const { entries, load, asked } = loadOf(rightly);
  await vi.advanceTimersByTimeAsync(10_000);
  await load.stop();
  expect(asked().length).toBeGreaterThan(4_600);
  expect(asked().length).toBeLessThan(5_400);
  expect(asked().map(({ number }) => number)).toEqual(asked().map((_, index) => 1 + 4 * index));
  expect(new Set(asked().map(({ formula }) => formula)).size).toBe(3);
  expect(check(entries)).toMatchObject({ objections: [], total: { answered: asked().length } });
});

test('a seed asks the same questions at the same intervals', async () => {
  const runs = [loadOf(rightly), loadOf(rightly), loadOf(rightly, 1, 2)];
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(runs.map(({ load }) => load.stop()));
  const [one, same, other] = runs.map(({ asked }) => asked().map(({ formula, number }) => `${formula} ${number}`));
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

test('requests delayed by a stall are sent after it, and timed from when they were due', async () => {
  const { entries, load, asked } = loadOf(rightly);
  await vi.advanceTimersByTimeAsync(100);
  const before = asked().length;
  const stalledMs = performance.timeOrigin + performance.now();
  // The loop stands still: time passes and no timer fires.
  vi.setSystemTime(Date.now() + 1_000);
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now() - performance.timeOrigin);
  await vi.advanceTimersByTimeAsync(2);
  const late = asked().slice(before);
  expect(late.length).toBeGreaterThan(400);
  expect(late[0]?.dueMs).toBeLessThan(stalledMs + 50);
  expect(ofType(entries, 'stall')).toHaveLength(1);
  await load.stop();
});

test('a failure is recorded by its code, and any other error by its message', async () => {
  const codes = [new RequestError(failure('no-listener', 'nobody'), 'k3f0q9x2m1zd-1'), new TypeError('a fault')];
  const { entries, load } = loadOf(() => Promise.reject(codes.shift() ?? new Error('more')));
  await vi.advanceTimersByTimeAsync(100);
  await load.stop();
  expect(ofType(entries, 'settled').slice(0, 2)).toMatchObject([
    { id: 'k3f0q9x2m1zd-1', outcome: { code: 'no-listener' } },
    { id: undefined, outcome: { code: 'TypeError: a fault' } },
  ]);
});

test('a request that never settles is reported and does not keep the run from ending', async () => {
  const { entries, load } = loadOf(() => new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(100);
  const stopped = load.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  await stopped;
  expect(check(entries).objections.every(({ rule }) => rule === 'hung')).toBe(true);
  expect(check(entries).objections.length).toBeGreaterThan(0);
});

test('requests of mixed lengths come singly and in bursts, and of all lengths', async () => {
  const { load, asked } = loadOf(rightly, 1, 1, workloads.mixed);
  await vi.advanceTimersByTimeAsync(10_000);
  await load.stop();
  const together = new Map<number, number>();
  for (const { dueMs } of asked()) together.set(dueMs, (together.get(dueMs) ?? 0) + 1);
  expect([...together.values()].filter((count) => count >= 15).length).toBeGreaterThan(50);
  expect([...together.values()].filter((count) => count === 1).length).toBeGreaterThan(4_000);
  expect(new Set(asked().map(({ formula }) => formula)).size).toBe(8);
});
