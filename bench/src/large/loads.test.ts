import { expect, test } from 'vitest';
import { inBursts, paced } from './loads.ts';

test('a burst sends all its requests, and no more of them at once than it may', async () => {
  let [open, most] = [0, 0];
  const ask = async (): Promise<boolean> => {
    open += 1;
    most = Math.max(most, open);
    await Promise.resolve();
    open -= 1;
    return true;
  };
  const { answered } = await inBursts(ask, { count: 100, atOnce: 8, ms: 0 });
  expect([answered, most]).toEqual([100, 8]);
});

test('bursts follow each other until their time is over', async () => {
  const ask = (): Promise<boolean> => new Promise((resolve) => void setImmediate(() => resolve(true)));
  const { answered, wallMs } = await inBursts(ask, { count: 10, atOnce: 10, ms: 20 });
  expect(answered).toBeGreaterThan(10);
  expect(answered % 10).toBe(0);
  expect(wallMs).toBeGreaterThanOrEqual(20);
});

test('wrong answers and failures count apart from answers, and have no latency', async () => {
  let asked = 0;
  const ask = async (): Promise<boolean> => {
    asked += 1;
    if (asked === 1) throw Object.assign(new Error('too many requests'), { code: 'overloaded' });
    return asked !== 2;
  };
  const outcome = await inBursts(ask, { count: 5, atOnce: 1, ms: 0 });
  expect(outcome).toMatchObject({ answered: 3, wrong: 1, failed: { overloaded: 1 } });
  expect(outcome.latenciesMs).toHaveLength(3);
});

test('paced requests do not wait for earlier answers, and those of the first milliseconds are not measured', async () => {
  const answers: ((right: boolean) => void)[] = [];
  const ask = (): Promise<boolean> => {
    if (answers.length === 9) queueMicrotask(() => answers.forEach((answer) => answer(true)));
    return new Promise((resolve) => void answers.push(resolve));
  };
  const { answered } = await paced(ask, { perSecond: 1_000, warmMs: 4, ms: 6 });
  expect([answers.length, answered]).toEqual([10, 6]);
});
