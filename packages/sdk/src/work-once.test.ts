import { describe, expect, test } from 'vitest';
import { simulate } from './testing/simulate.ts';
import { catalogue, formulas } from './double.test-support.ts';

/**
 * Two op-servers, a calc-server, a client with a call that takes this long, and the list of servers that have begun it.
 */
async function setUp(takesMs: number, seed = 1) {
  const network = simulate({ seed });
  const runs: string[] = [];
  const serveOn = (host: string) =>
    network.serve({
      catalogue,
      host,
      handlers: {
        async double(value: number) {
          runs.push(host);
          await network.pass(takesMs);
          return 2 * value;
        },
      },
    });
  const calcOn = (host: string) =>
    network.serve({ catalogue, formulas, handlers: { double: (value) => 2 * value }, operations: [], host });
  const services = new Map(['op-1', 'op-2'].map((host) => [host, serveOn(host)]));
  const calc = calcOn('calc-1');
  const client = network.connect({ catalogue });
  await network.pass(500);
  const asked = client.twice(21, { timeoutMs: 60_000 });
  await network.pass(1_000);
  const holder = services.get(runs[0] ?? '');
  return { network, runs, serveOn, calcOn, calc, asked, holder };
}

const seeds = [1, 2, 3, 4, 5];

describe('a call that takes three seconds is computed once', () => {
  test.each(seeds)(
    'a call that takes three seconds is computed once when its server drains and another one starts (seed %i)',
    async (seed) => {
      const { holder, serveOn, asked, runs } = await setUp(3_000, seed);
      const drained = holder?.drain();
      serveOn('op-3');
      expect((await asked).value).toBe(42);
      await drained;
      expect(runs).toHaveLength(1);
    },
  );

  test.each(seeds)(
    'a call that takes three seconds is computed once when its calc-server drains and another one starts (seed %i)',
    async (seed) => {
      const { calc, calcOn, asked, runs } = await setUp(3_000, seed);
      const drained = calc.drain();
      calcOn('calc-2');
      expect((await asked).value).toBe(42);
      await drained;
      expect(runs).toHaveLength(1);
    },
  );

  test.each(seeds)(
    'a call that takes three seconds is computed once when the active broker crashes (seed %i)',
    async (seed) => {
      const { network, asked, runs } = await setUp(3_000, seed);
      network.crash('broker');
      expect((await asked).value).toBe(42);
      expect(runs).toHaveLength(1);
    },
  );
});

test('a call that outlasts the drain of its server goes to another server when the first one closes', async () => {
  const { holder, asked, runs } = await setUp(10_000);
  const drained = holder?.drain();
  const { value, elapsedMs } = await asked;
  await drained;
  expect(value).toBe(42);
  expect(runs).toHaveLength(2);
  expect(new Set(runs).size).toBe(2);
  // One second before the drain, 5 s of the drain, and the whole computation again.
  expect(elapsedMs).toBeLessThan(16_100);
});

test('requesters do not wait for a server that hangs soon after its first handler, however long that handler might have taken', async () => {
  const network = simulate();
  const runs: string[] = [];
  for (const host of ['a', 'b']) {
    const double = (value: number): number => {
      runs.push(host);
      return 2 * value;
    };
    network.serve({ catalogue, formulas, host, handlers: { double } });
  }
  const client = network.connect({ catalogue });
  await network.pass(500);
  await client.twice(1, { timeoutMs: 60_000 });
  await client.twice(2, { timeoutMs: 60_000 });
  await network.pass(50);
  network.slow(runs[1] ?? '', 30_000);
  const asked = [3, 4, 5, 6].map((value) => client.twice(value, { timeoutMs: 1_000 }));
  expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([6, 8, 10, 12]);
});
