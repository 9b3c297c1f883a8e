import type { HandlerContext } from '@cateto/contracts';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { simulate } from './testing/simulate.ts';

/* The lanes on which the calls of a formula travel, by the contracts of their operations. */

function system(lanes: 'fixed' | 'any', fallback: 'unserved' | 'never' = 'unserved') {
  const echo = operation({
    name: 'echo',
    description: 'Its input.',
    input: Finite,
    output: Finite,
    example: { input: 1, output: 1 },
    work: { lanes, fallback },
  });
  const sum = formula({
    name: 'sum',
    description: 'The sum of its operands.',
    operands: [
      ['a', Finite],
      ['b', Finite],
    ],
    output: Finite,
    example: { operands: [1, 2], output: 3 },
  });
  const catalogue = defineCatalogue({ operations: { echo }, formulas: { sum } });
  const formulas = {
    sum: formulaCode(sum, { plan: ([a, b]) => [call(echo, a), call(echo, b)], combine: ([a, b]) => a + b }),
  };
  const network = simulate({ brokers: 2 });
  const ran: string[] = [];
  type Handler = (input: number, context: HandlerContext) => number | Promise<number>;
  const serve = (host: string, on: readonly (1 | 2 | 5)[], handler: Handler = (input) => input) =>
    network.serve({
      catalogue,
      handlers: {
        echo(input: number, context: HandlerContext) {
          ran.push(host);
          return handler(input, context);
        },
      },
      lanes: on,
      host,
    });
  const calc = network.serve({
    catalogue,
    handlers: { echo: (input) => input },
    formulas,
    operations: [],
    host: 'calc',
  });
  return { network, ran, serve, calc, client: network.connect({ catalogue }) };
}

describe('calls of an operation whose lanes are any', () => {
  test('calls on `any` lanes travel on the lane of their number if a server listens there', async () => {
    const { serve, client, ran, calc } = system('any');
    const [one, two] = [serve('one', [1]), serve('two', [2])];
    await Promise.all([one.ready, two.ready, calc.ready]);
    await client.sum(1, 2);
    ran.length = 0;
    expect(await client.sum(1, 2)).toMatchObject({ value: 3, fallbacks: [] });
    expect(ran.toSorted()).toEqual(['one', 'two']);
  });

  test('calls on `any` lanes use the only lane with a server, and the status reports nothing missing', async () => {
    const { serve, client, ran } = system('any');
    serve('five', [5]);
    expect(await client.sum(1, 2)).toMatchObject({ value: 3, fallbacks: [] });
    expect(ran).toEqual(['five', 'five']);
    expect((await client.status()).missing).toEqual([]);
  });

  test('calls on `any` lanes go to a server of another lane when theirs crashes, also during a failover', async () => {
    const { network, serve, client, ran } = system('any', 'never');
    const hanging = (): Promise<number> => new Promise(() => undefined);
    serve('two', [2], (input) => (input > 2 ? hanging() : input));
    serve('one', [1]);
    await client.sum(1, 2);
    const asked = client.sum(1, 3, { timeoutMs: 20_000 });
    await network.pass(100);
    network.crash('two');
    network.crash('broker');
    expect(await asked).toMatchObject({ value: 4, fallbacks: [] });
    expect(ran.at(-1)).toBe('one');
  });

  test('the status reports a missing server when no lane of an operation has one', async () => {
    const { client } = system('any');
    expect((await client.status()).missing).toContain('an op-server for echo');
  });
});

test('calls of an operation with fixed lanes wait for their lanes', async () => {
  const { serve, client, ran } = system('fixed');
  serve('one', [1]);
  expect(await client.sum(1, 2)).toMatchObject({ value: 3, fallbacks: [2] });
  expect(ran).toEqual(['one']);
  expect((await client.status()).missing).toContain('an op-server for echo on lane 2');
});

test('eight calls of a second on two op-servers with one slot each take four seconds, whatever lanes the servers have', async () => {
  const second = operation({
    name: 'second',
    description: 'Its input, a second later.',
    input: Finite,
    output: Finite,
    example: { input: 1, output: 1 },
  });
  const eight = formula({
    name: 'eight',
    description: 'Eight times its operand.',
    operands: [['a', Finite]],
    output: Finite,
    example: { operands: [1], output: 8 },
  });
  const catalogue = defineCatalogue({ operations: { second }, formulas: { eight } });
  const formulas = {
    eight: formulaCode(eight, {
      plan: ([a]) => Array.from({ length: 8 }, () => call(second, a)),
      combine: (results) => results.reduce((total, one) => total + one, 0),
    }),
  };
  const network = simulate();
  const ran: string[] = [];
  for (const [host, lanes] of [
    ['one', [1, 3]],
    ['two', [2]],
  ] as const) {
    const handlers = {
      async second(input: number) {
        ran.push(host);
        await network.pass(1_000);
        return input;
      },
    };
    await network.serve({ catalogue, handlers, lanes, host, concurrency: 1 }).ready;
  }
  network.serve({ catalogue, formulas, handlers: { second: (input) => input }, operations: [], host: 'calc' });
  const client = network.connect({ catalogue });
  await client.eight(1, { timeoutMs: 60_000 });
  ran.length = 0;
  const { value, elapsedMs, fallbacks } = await client.eight(2, { timeoutMs: 60_000 });
  expect({ value, fallbacks }).toEqual({ value: 16, fallbacks: [] });
  expect(ran.toSorted()).toEqual([...Array<string>(4).fill('one'), ...Array<string>(4).fill('two')]);
  expect(elapsedMs).toBeLessThan(4_100);
});
