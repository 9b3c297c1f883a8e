import {
  all,
  call,
  declaredFailure,
  defineCatalogue,
  Finite,
  formula,
  formulaCode,
  isFailure,
  map,
  operation,
} from '@cateto/contracts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { simulate } from './testing/simulate.ts';

/* Formulas in steps, from a client to the servers and back. */

const shape = { description: 'A number.', input: Finite, output: Finite, example: { input: 1, output: 2 } };
const double = operation({ name: 'double', ...shape, work: { fallback: 'never' } });
const total = formula({
  name: 'total',
  description: 'A number.',
  operands: [['count', Finite]],
  output: Finite,
  example: { operands: [0], output: 0 },
});
const catalogue = defineCatalogue({ operations: { double }, formulas: { total } });
const formulas = {
  total: formulaCode(total, function* ([count]) {
    const doubled = yield* map(
      double,
      Array.from({ length: count }, (_, index) => index),
    );
    const { sum } = yield* all({
      sum: call(
        double,
        doubled.reduce((before, each) => before + each, 0),
      ),
    });
    return sum;
  }),
};
const totalOf = (count: number): number => 2 * count * (count - 1);

/** As many calls run at once as the op-servers like. */
function system({ opServers = 2, calcServers = 2, takesMs = 100 } = {}) {
  const network = simulate();
  const runs: number[] = [];
  const handlers = {
    async double(input: number) {
      runs.push(input);
      await network.pass(takesMs);
      return 2 * input;
    },
  };
  for (let nth = 1; nth <= opServers; nth += 1) network.serve({ catalogue, handlers, host: `op-${nth}` });
  for (let nth = 1; nth <= calcServers; nth += 1) {
    network.serve({ catalogue, handlers, formulas, operations: [], host: `calc-${nth}` });
  }
  return { network, runs, client: network.connect({ catalogue, timeoutMs: 60_000 }) };
}

test('the progress of a formula in steps is the mean of the calls in its steps so far', async () => {
  const { client } = system({ takesMs: 1_000 });
  const heard: number[] = [];
  expect((await client.total(300, { onProgress: (share) => void heard.push(share) })).value).toBe(totalOf(300));
  expect(heard.length).toBeGreaterThan(1);
  expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  expect(heard.every((share) => share > 0 && share <= 1)).toBe(true);
});

test('a map computes each input once, also while brokers fail over', async () => {
  const { network, runs, client } = system();
  await network.pass(500);
  const asked = client.total(400);
  await network.pass(300);
  network.crash('broker');
  expect((await asked).value).toBe(totalOf(400));
  expect(runs.length).toBe(401);
});

test('when a calc-server crashes in the middle of a map, another one computes the formula anew', async () => {
  const { network, runs, client } = system();
  await network.pass(500);
  const asked = client.total(400);
  await network.pass(300);
  // The client is in no hurry to say which calc-server has its request, so each one crashes in one of two runs.
  network.crash('calc-1');
  expect((await asked).value).toBe(totalOf(400));
  const again = client.total(401);
  await network.pass(300);
  network.serve({
    catalogue,
    handlers: { double: (input: number) => 2 * input },
    formulas,
    operations: [],
    host: 'calc-1',
  });
  await network.pass(100);
  network.crash('calc-2');
  expect((await again).value).toBe(totalOf(401));
  expect(runs.length).toBeGreaterThan(400 + 401);
});

test('a call that no server computes fails with its own code at the caller', async () => {
  const { client } = system({ opServers: 0 });
  const error: unknown = await client.total(2, { timeoutMs: 2_000 }).catch((thrown: unknown) => thrown);
  expect(isFailure(error)).toBe(false);
  expect(error).toMatchObject({ code: 'no-listener' });
});

test('a declared failure of a call arrives in the generator with its data, and passes on if the formula declares it too', async () => {
  const failures = { 'market-closed': z.object({ until: z.string() }) };
  const quote = operation({ name: 'quote', ...shape, failures });
  const { kind: _, ...like } = total;
  const caught = formula({ ...like, name: 'caught', output: z.string(), example: { operands: [0], output: '' } });
  const declaring = formula({ ...like, name: 'declaring', failures });
  const silent = formula({ ...like, name: 'silent' });
  const quotes = defineCatalogue({ operations: { quote }, formulas: { caught, declaring, silent } });
  const network = simulate();
  network.serve({
    catalogue: quotes,
    handlers: { quote: () => declaredFailure(quote, 'market-closed', { until: 'noon' }) },
    formulas: {
      caught: formulaCode(caught, function* ([a]) {
        try {
          return String(yield* call(quote, a));
        } catch (error) {
          return isFailure(error) ? JSON.stringify([error.code, error.data]) : 'thrown';
        }
      }),
      declaring: formulaCode(declaring, function* ([a]) {
        return yield* call(quote, a);
      }),
      silent: formulaCode(silent, function* ([a]) {
        return yield* call(quote, a);
      }),
    },
  });
  const client = network.connect({ catalogue: quotes });
  expect((await client.caught(1)).value).toBe('["market-closed",{"until":"noon"}]');
  await expect(client.declaring(1)).rejects.toMatchObject({ code: 'market-closed', data: { until: 'noon' } });
  await expect(client.silent(1)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('market-closed') as string,
  });
});
