import { expect, test } from 'vitest';
import type { WorkAnswer, WorkClient } from './run-batch.ts';
import { runBatch } from './run-batch.ts';

const order = { kind: 'burn', count: 4, amount: 7, firstItem: 100, giveUpMs: 60_000 } as const;

test('each request of a batch has an item of its own, and wrong answers and failures are counted separately', async () => {
  const items: number[] = [];
  const client: WorkClient = {
    async call(_kind, item) {
      items.push(item);
      if (item === 101) throw Object.assign(new Error('no room'), { code: 'overloaded' });
      return { value: item === 102 ? 0 : item, fallbacks: 1 };
    },
  };
  const result = await runBatch(client, order);
  expect(items).toEqual([100, 101, 102, 103]);
  expect(result).toMatchObject({ answered: 2, wrong: 1, failed: { overloaded: 1 }, fallbacks: 3 });
  expect(result.latenciesMs).toHaveLength(2);
});

test('a client without formulas requests the eight calls of a formula itself', async () => {
  const items: number[] = [];
  const client: WorkClient = { call: async (_kind, item) => ({ value: (items.push(item), item) }) };
  const result = await runBatch(client, { ...order, kind: 'eight', count: 2, firstItem: 0 });
  expect(items.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, item) => item));
  expect(result).toMatchObject({ answered: 2, wrong: 0 });
});

test('a client with formulas requests one formula', async () => {
  const asked: string[] = [];
  const client: WorkClient = {
    call: async (_kind, item) => ({ value: (asked.push('call'), item) }),
    eight: async (item) => ({ value: (asked.push('eight'), 8 * item + 28) }),
  };
  expect(await runBatch(client, { ...order, kind: 'eight', count: 1 })).toMatchObject({ answered: 1, wrong: 0 });
  expect(asked).toEqual(['eight']);
});

test('requests that do not settle are given up and counted, and their late answers are ignored', async () => {
  const late: ((answer: WorkAnswer) => void)[] = [];
  const client: WorkClient = { call: () => new Promise((resolve) => late.push(resolve)) };
  const result = await runBatch(client, { ...order, giveUpMs: 20 });
  for (const resolve of late) resolve({ value: 100 });
  expect(result).toMatchObject({ answered: 0, failed: { unsettled: 4 } });
});

test('paced requests are sent at their times, and their latency starts then', async () => {
  const startMs = performance.now();
  const atMs: number[] = [];
  const client: WorkClient = {
    async call(_kind, item) {
      atMs.push(performance.now() - startMs);
      return { value: item };
    },
  };
  const { latenciesMs, wallMs } = await runBatch(client, { ...order, perSecond: 50 });
  // Node's timers count whole milliseconds and may fire one early.
  for (const [index, ms] of atMs.entries()) expect(ms).toBeGreaterThan(index * 20 - 2);
  expect(wallMs).toBeGreaterThan(58);
  expect(latenciesMs).toHaveLength(4);
});
