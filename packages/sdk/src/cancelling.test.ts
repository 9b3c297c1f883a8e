import type { HandlerContext } from '@cateto/contracts';
import { failure } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { SlowHandler } from './slow.test-support.ts';
import { slowCatalogue } from './slow.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* Servers that get the cancellation of a request. */

const { catalogue, formulas } = slowCatalogue({ fallback: 'late' });

/** Handlers wait for their signal if the input is above 1; each records when it begins and why it ends. */
function waiting() {
  const begun: number[] = [];
  const ended: string[] = [];
  const handler: SlowHandler = (input, { signal }) => {
    begun.push(input);
    if (input <= 1) return input;
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        ended.push(`${input} ${(signal.reason as Error).name}: ${(signal.reason as Error).message}`);
        reject(signal.reason as Error);
      });
    });
  };
  return { begun, ended, handler };
}

async function system(handler: SlowHandler, { fallback = false } = {}) {
  const network = simulate({ brokers: 1 });
  const events: string[] = [];
  const onEvent = ({ event }: { readonly event: string }): void => void events.push(event);
  const shared = { catalogue, handlers: { slow: handler }, onEvent, exposeErrors: false };
  const op = network.serve({ ...shared, host: 'op', operations: fallback ? [] : ['slow'] });
  const calc = network.serve({ ...shared, host: 'calc', formulas, operations: [], operationTimeoutMs: 60_000 });
  const [client, other] = [network.connect({ catalogue }), network.connect({ catalogue })];
  await Promise.all([op.ready, calc.ready]);
  await network.pass(500);
  const inFlight = async (): Promise<number[]> => (await other.status()).servers.map((one) => one.inFlight);
  const errors = async (): Promise<(number | undefined)[]> => (await other.status()).servers.map((one) => one.errors);
  return { network, events, client, inFlight, errors };
}

const cancelled = 'AbortError: the requester has cancelled the request';

test.each([
  ['an op-server', false],
  ['the fallback of a calc-server', true],
])('an aborted call ends its handlers at %s, and frees its slot there', async (_where, fallback) => {
  const { begun, ended, handler } = waiting();
  const { network, client, inFlight, errors, events } = await system(handler, { fallback });
  const controller = new AbortController();
  const asked = client.both(2, 3, { timeoutMs: 60_000, signal: controller.signal }).catch((error: unknown) => error);
  await network.pass(500);
  expect(new Set(begun)).toEqual(new Set([2, 3]));
  expect(Math.max(...(await inFlight()))).toBeGreaterThan(0);
  controller.abort();
  expect(await asked).toMatchObject({ code: 'cancelled' });
  await network.pass(100);
  expect(ended.toSorted()).toEqual([`2 ${cancelled}`, `3 ${cancelled}`]);
  expect(await inFlight()).toEqual([0, 0, 0]);
  // A handler that stops when its signal aborts is not a fault.
  expect(events).not.toContain('handler-failed');
  expect(await errors()).toEqual([0, 0, 0]);
  await network.pass(10_000);
  expect(begun).toHaveLength(2);
  expect((await client.both(0, 1)).value).toBe(1);
});

test('closing a client cancels its requests and none of another client', async () => {
  const { begun, ended, handler } = waiting();
  const { network, client, inFlight } = await system(handler);
  const other = network.connect({ catalogue });
  const [mine, theirs] = [client.both(2, 3).catch(() => 'cancelled'), other.both(4, 5).catch(() => 'overdue')];
  await network.pass(500);
  await client.close();
  await network.pass(100);
  expect(ended.toSorted()).toEqual([`2 ${cancelled}`, `3 ${cancelled}`]);
  expect(Math.max(...(await inFlight()))).toBeGreaterThan(0);
  expect(await Promise.all([mine, theirs])).toEqual(['cancelled', 'overdue']);
  expect(begun).toHaveLength(6);
});

test('a handler that ignores its signal holds its slot until it ends, and its output is discarded', async () => {
  const settle: ((value: number) => void)[] = [];
  const { network, client, inFlight } = await system((input) =>
    input === 2 ? new Promise((resolve) => settle.push(resolve)) : input,
  );
  const controller = new AbortController();
  const asked = client.both(2, 3, { timeoutMs: 60_000, signal: controller.signal }).catch((error: unknown) => error);
  await network.pass(500);
  controller.abort();
  await asked;
  await network.pass(5_000);
  // The calc-server has ended its formula, the op-server waits for its handler.
  expect((await inFlight()).toSorted((a, b) => a - b)).toEqual([0, 0, 1]);
  for (const one of settle) one(2);
  await network.pass(100);
  expect([settle.length, await inFlight()]).toEqual([1, [0, 0, 0]]);
});

test('a cancelled request that was resent and arrives late does not run', async () => {
  const { begun, ended, handler } = waiting();
  const { network, client } = await system(handler);
  const controller = new AbortController();
  const asked = expect(client.both(2, 3, { timeoutMs: 60_000, signal: controller.signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
  await network.pass(3_000);
  // It has been resent several times by now.
  controller.abort();
  await asked;
  await network.pass(10_000);
  expect([begun.length, ended.length]).toEqual([2, 2]);
});

test('without cancel messages, as with an older server, a cancelled request ends at its deadline', async () => {
  const { ended, handler } = waiting();
  const { network, client, inFlight } = await system(handler);
  const stop = network.drop(({ topic }) => topic.startsWith('calc.cancel'));
  const controller = new AbortController();
  const asked = expect(client.both(2, 3, { timeoutMs: 2_000, signal: controller.signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
  await network.pass(500);
  controller.abort();
  await asked;
  await network.pass(100);
  expect(ended).toEqual([]);
  await network.pass(5_000);
  stop();
  expect(ended.every((one) => one.includes('TimeoutError'))).toBe(true);
  expect(await inFlight()).toEqual([0, 0, 0]);
});

test('when one call of a formula fails, the formula’s other calls are cancelled', async () => {
  const { begun, ended, handler } = waiting();
  const { network, client } = await system((async (input: number, context: HandlerContext) => {
    if (input !== 2) return handler(input, context);
    // The other call has begun by then.
    while (begun.length === 0) await network.pass(10);
    return failure('out-of-domain', 'no');
  }) as never);
  await expect(client.both(2, 3)).rejects.toMatchObject({ code: 'out-of-domain' });
  await network.pass(1_000);
  expect(ended).toEqual([`3 ${cancelled}`]);
});

test('a handler that overwrites the functions of its context does no harm', async () => {
  const thrower = (): never => {
    throw new Error('no');
  };
  const { network, client } = await system((input, context) => {
    if (input <= 1) return input;
    Object.assign(context, { onCancel: thrower });
    Object.defineProperty(context, 'cancel', { value: thrower });
    return new Promise((_resolve, reject) => {
      context.signal.addEventListener('abort', () => reject(new Error('told')));
    });
  });
  const controller = new AbortController();
  const asked = client.both(2, 3, { timeoutMs: 60_000, signal: controller.signal }).catch((error: unknown) => error);
  await network.pass(500);
  controller.abort();
  expect(await asked).toMatchObject({ code: 'cancelled' });
  await network.pass(100);
  expect((await client.both(0, 1)).value).toBe(1);
});
