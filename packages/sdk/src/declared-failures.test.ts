import type { BusEvent } from '@cateto/bus';
import type { FailureCode, Handler } from '@cateto/contracts';
import {
  call,
  declaredFailure,
  defineCatalogue,
  exposed,
  failWith,
  formula,
  formulaCode,
  isFailure,
  map,
  operation,
} from '@cateto/contracts';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { RequestError } from './index.ts';
import { failedAs, safe } from './index.ts';
import { simulate } from './testing/simulate.ts';

/* Failures that contracts declare, from the handler to the caller. */

const closed = z.object({ until: z.string() });
const failures = { 'market-closed': closed };
const common = { description: 'The price of an article.', output: z.number() };
const operands = [['article', z.string()]] as const;
const ofFormula = { ...common, operands, example: { operands: ['a'], output: 1 } } as const;
const price = operation({
  ...common,
  name: 'price',
  input: z.string(),
  example: { input: 'a', output: 1 },
  failures: { ...failures, 'sold-out': z.null() },
  work: { fallback: 'unserved' },
});
/** Declares one of the two failures of its operation. */
const quote = formula({ ...ofFormula, name: 'quote', failures });
/** Declares none of them. */
const silent = formula({ ...ofFormula, name: 'silent' });
const stepwise = formula({ ...ofFormula, name: 'stepwise', failures });
const own = formula({ ...ofFormula, name: 'own', failures: { 'too-many': z.number() } });
const catalogue = defineCatalogue({
  operations: { price },
  formulas: { quote, silent, stepwise, own, price: exposed(price) },
});
const oneCall = { plan: ([article]: readonly [string]) => [call(price, article)] as const };
const formulas = {
  quote: formulaCode(quote, { ...oneCall, combine: ([value]) => value }),
  silent: formulaCode(silent, { ...oneCall, combine: ([value]) => value }),
  stepwise: formulaCode(stepwise, function* ([article]) {
    if (article === 'all') yield* map(price, ['cheap', 'closed', 'cheap']);
    try {
      return yield* call(price, article);
    } catch (error) {
      if (isFailure(error) && error.code === 'sold-out') return 0;
      throw error;
    }
  }),
  own: formulaCode(own, {
    ...oneCall,
    combine: ([value]) => (value > 9 ? declaredFailure(own, 'too-many', value, 'above nine') : value),
  }),
};

const handler: Handler<typeof price> = (article, { fail }) => {
  if (article === 'closed') return fail('market-closed', { until: '09:00' });
  if (article === 'later') return Promise.resolve(fail('market-closed', { until: '10:00' }, 'Sunday'));
  if (article === 'gone') return fail('sold-out');
  if (article === 'wrong') return failWith('market-closed', { until: 9 });
  if (article === 'teapot') return failWith('teapot', null);
  return article.length;
};

function system({ hasOpServer = true, exposeErrors = true } = {}) {
  const network = simulate({ brokers: 1 });
  const events: BusEvent[] = [];
  const runs: string[] = [];
  const onEvent = (event: BusEvent): void => void events.push(event);
  const recorded: typeof handler = (article, context) => {
    runs.push(article);
    return handler(article, context);
  };
  const shared = { catalogue, handlers: { price: recorded }, onEvent, exposeErrors };
  if (hasOpServer) network.serve({ ...shared, host: 'op' });
  network.serve({ ...shared, formulas, operations: [], host: 'calc' });
  const client = network.connect({ catalogue });
  const logged = (): string[] =>
    events.flatMap((event) =>
      event.event === 'handler-failed' ? [`${event.name} ${event.part}: ${event.message}`] : [],
    );
  return { network, client, runs, logged };
}

describe.each([
  ['on an op-server', true],
  ['as a fallback of a calc-server', false],
])('a declared failure of a handler %s', (_where, hasOpServer) => {
  test(`a declared failure reaches the caller with code and data, and is an answer like any other (${_where})`, async () => {
    const { network, client, runs, logged } = system({ hasOpServer });
    await expect(client.quote('closed')).rejects.toMatchObject({
      code: 'market-closed',
      data: { until: '09:00' },
      message: 'price: market-closed',
      retryable: false,
      mayHaveRun: true,
    });
    await expect(client.quote('later')).rejects.toMatchObject({ message: 'Sunday', data: { until: '10:00' } });
    await expect(client.price('gone')).rejects.toMatchObject({ code: 'sold-out', data: null });
    await network.pass(5_000);
    expect(runs).toEqual(['closed', 'later', 'gone']);
    expect(logged()).toEqual([]);
    const { servers } = await client.status();
    expect(servers.map(({ errors }) => errors)).toEqual(servers.map(() => 0));
  });
});

test('the log names the failure that a handler throws and should return', async () => {
  const network = simulate({ brokers: 1 });
  const logged: string[] = [];
  const onEvent = (event: BusEvent): void => void (event.event === 'handler-failed' && logged.push(event.message));
  const throwing: Handler<typeof price> = (_article, { fail }) => {
    throw fail('sold-out');
  };
  network.serve({ catalogue, handlers: { price: throwing }, formulas, onEvent });
  await expect(network.connect({ catalogue }).price('pen')).rejects.toMatchObject({ code: 'internal' });
  expect(logged).toEqual(['failure "sold-out"']);
});

test('twenty declared failures in a row do not make a server come last, as twenty internal ones would', async () => {
  const network = simulate({ brokers: 1 });
  const runs: string[] = [];
  const serve = (host: string, code: Handler<typeof price>) =>
    network.serve({
      catalogue,
      host,
      handlers: {
        price(article, context) {
          runs.push(host);
          return code(article, context);
        },
      },
    });
  serve('closed', (_article, { fail }) => fail('market-closed', { until: '9' }));
  serve('open', () => 1);
  network.serve({ catalogue, handlers: { price: handler }, formulas, operations: [], host: 'calc' });
  const client = network.connect({ catalogue });
  for (let count = 0; count < 40; count += 1) await safe(client.quote('a'));
  expect(runs.filter((host) => host === 'closed').length).toBeGreaterThan(15);
});

test('a repetition of the request gets the remembered failure, and nothing runs again', async () => {
  const { network, client, runs } = system();
  await client.quote('a');
  const end = network.drop(({ topic }) => topic.startsWith('calc.price.result.'));
  const asked = safe(client.quote('closed', { timeoutMs: 20_000 }));
  await network.pass(1_000);
  end();
  expect((await asked).error).toMatchObject({ code: 'market-closed', data: { until: '09:00' } });
  expect(runs).toEqual(['a', 'closed']);
});

describe('a formula', () => {
  test('a failure that the formula does not declare becomes internal, and the log names it', async () => {
    const { client, logged } = system({ exposeErrors: false });
    for (const [asked, name] of [
      [client.silent('closed'), 'silent plan: it failed with "market-closed", which the formula does not declare'],
      [client.quote('gone'), 'quote plan: it failed with "sold-out", which the formula does not declare'],
    ] as const) {
      await expect(asked).rejects.toMatchObject({ code: 'internal', data: undefined });
      await expect(asked).rejects.not.toThrow(/market|sold/);
      expect(logged()).toContain(name);
    }
  });

  test('a generator can catch a declared failure, or pass it on if its formula declares it', async () => {
    const { client, logged } = system();
    expect((await client.stepwise('gone')).value).toBe(0);
    await expect(client.stepwise('closed')).rejects.toMatchObject({ code: 'market-closed', data: { until: '09:00' } });
    await expect(client.stepwise('all')).rejects.toMatchObject({ code: 'market-closed' });
    expect(logged()).toEqual([]);
  });

  test('the code of a formula fails with the failures that its contract declares', async () => {
    const { client } = system();
    await expect(client.own('abcdefghij')).rejects.toMatchObject({ code: 'too-many', data: 10, message: 'above nine' });
    expect((await client.own('abc')).value).toBe(3);
  });
});

test.each([
  ['wrong', /the data of its failure "market-closed": until: Invalid input/],
  ['teapot', /it failed with "teapot", which the operation does not declare/],
])('a failure that does not fit the contract is internal and logged: %s', async (article, message) => {
  const { client, logged } = system();
  await expect(client.quote(article)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringMatching(message),
  });
  expect(logged()).toHaveLength(1);
});

test('code and data have the types of the contract, by `safe`, by `failedAs` and in the results of a map', async () => {
  const { client } = system();
  const { error } = await safe(client.quote('closed'));
  expectTypeOf(error).toEqualTypeOf<
    undefined | RequestError<FailureCode, undefined> | RequestError<'market-closed', { until: string }>
  >();
  if (error?.code === 'market-closed') expect(error.data.until).toBe('09:00');
  else expect.fail('it has another code');

  const thrown: unknown = await client.price('closed').catch((reason: unknown) => reason);
  expect(failedAs(thrown, client.price, 'sold-out')).toBe(false);
  expect(failedAs(new Error('other'), quote, 'market-closed')).toBe(false);
  if (failedAs(thrown, quote, 'market-closed')) expectTypeOf(thrown.data).toEqualTypeOf<{ until: string }>();
  expect(failedAs(thrown, quote, 'market-closed')).toBe(true);

  for await (const one of client.map('quote', [['closed']], { onFailure: 'collect' })) {
    if (one.error?.code === 'market-closed') expectTypeOf(one.error.data).toEqualTypeOf<{ until: string }>();
    expect(one.error).toMatchObject({ code: 'market-closed', data: { until: '09:00' } });
  }
  await expect(client.map(client.quote, [['closed']]).next()).rejects.toMatchObject({
    code: 'market-closed',
    data: { until: '09:00' },
    index: 0,
  });
});
