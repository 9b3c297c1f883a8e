import type { BusEvent } from '@cateto/bus';
import type { HandlerContext } from '@cateto/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RequestError } from './request-error.ts';
import type { SlowHandler } from './slow.test-support.ts';
import { slowCatalogue } from './slow.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* The context of a handler, and the reaction of servers to a handler that does not settle. */

const { catalogue, formulas } = slowCatalogue({ fallback: 'late' });

/** After this time, the calc-server knows the op-server. */
const connectedMs = 200;

/** An op-server and a calc-server, each on its own host and with its own handler. */
function system(handler: SlowHandler, fallback: SlowHandler = handler, operationTimeoutMs = 60_000) {
  const network = simulate({ brokers: 1 });
  const events: BusEvent[] = [];
  const onEvent = (event: BusEvent): void => void events.push(event);
  const op = network.serve({ catalogue, handlers: { slow: handler }, onEvent, host: 'op' });
  const calc = network.serve({
    catalogue,
    handlers: { slow: fallback },
    formulas,
    operations: [],
    operationTimeoutMs,
    onEvent,
    host: 'calc',
  });
  const client = network.connect({ catalogue });
  return { network, events, op, calc, client };
}

/** Resolves with the time and the reason when the signal aborts. */
function abortOf({ signal }: HandlerContext, nowMs: () => number): Promise<[atMs: number, name: string]> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve([nowMs(), (signal.reason as Error).name]));
  });
}

const never = (): Promise<number> => new Promise(() => undefined);

describe('a handler', () => {
  test('a handler reads its deadline on the clock of the test kit, and the time that is left', async () => {
    let seen: readonly number[] = [];
    const { network, client, op, calc } = system(async (input, context) => {
      const leftMs = context.leftMs;
      await network.pass(100);
      seen = [leftMs, context.leftMs, context.deadlineMs, network.nowMs()];
      return input;
    });
    await Promise.all([op.ready, calc.ready]);
    await client.patience(1, { timeoutMs: 1_000 });
    const [before = 0, after = 0, deadlineMs = 0, nowMs = 0] = seen;
    expect(before).toBeGreaterThan(900);
    expect(before - after).toBeCloseTo(100, 6);
    expect(deadlineMs - nowMs).toBeCloseTo(after, 6);
  });

  test('the signal of a handler that never settles aborts at its deadline', async () => {
    const aborts: Promise<[number, string]>[] = [];
    const { network, client } = system((_input, context) => {
      aborts.push(abortOf(context, network.nowMs).then(([atMs, name]) => [atMs - context.deadlineMs, name]));
      return never();
    });
    await network.pass(connectedMs);
    await expect(client.patience(1, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await network.pass(100);
    // The op-server's handler and the fallback.
    expect(aborts).toHaveLength(2);
    for (const [lateMs, name] of await Promise.all(aborts)) {
      expect(name).toBe('TimeoutError');
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(50);
    }
  });

  test('a fallback has the deadline of the client, not that of the op-server’s call', async () => {
    let leftMs = 0;
    const fallback: SlowHandler = (input, context) => {
      leftMs = context.leftMs;
      return input;
    };
    const { client } = system(never, fallback, 1_000);
    expect(await client.patience(1, { timeoutMs: 20_000 })).toMatchObject({ value: 1, fallbacks: [1] });
    expect(leftMs).toBeGreaterThan(18_000);
  });

  test('the signal of a handler that has answered does not abort', async () => {
    let context: HandlerContext | undefined;
    const { network, client } = system((input, given) => {
      context = given;
      return given.signal.aborted ? -1 : input;
    });
    expect((await client.patience(1, { timeoutMs: 500 })).value).toBe(1);
    await network.pass(5_000);
    expect(context?.signal.aborted).toBe(false);
  });

  test('the signal of a running handler aborts when its server closes', async () => {
    let aborted: Promise<[number, string]> | undefined;
    const { network, client, op } = system((_input, context) => {
      aborted ??= abortOf(context, network.nowMs);
      return never();
    });
    await network.pass(connectedMs);
    const asked = expect(client.patience(1)).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await network.pass(200);
    await op.close();
    expect((await aborted)?.[1]).toBe('AbortError');
    await asked;
  });
});

describe('a handler that has not settled a second after its deadline', () => {
  test('a handler is given up a second after its deadline: its slot is free, it is reported, and its request id does not run again', async () => {
    const ran: number[] = [];
    const { network, client, events } = system((input) => {
      ran.push(input);
      return input === 1 ? never() : input;
    });
    await network.pass(connectedMs);
    await expect(client.patience(1, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await network.pass(3_000);
    const { servers } = await client.status();
    const shown = servers.map(({ role, inFlight, givenUp }) => `${role} ${inFlight} ${givenUp}`);
    // The calc-server's fallback hangs too. The op-server beside it serves no operation.
    expect(shown.toSorted()).toEqual(['calc-server 0 1', 'op-server 0 0', 'op-server 0 1']);
    expect(events.filter(({ event }) => event === 'request-given-up')).toEqual([
      { event: 'request-given-up', topic: 'calc.slow.result.1', count: 1 },
      { event: 'request-given-up', topic: 'calc.patience.result', count: 1 },
    ]);
    expect((await client.patience(2)).value).toBe(2);
    // The first request's op-server handler and fallback.
    expect(ran).toEqual([1, 1, 2]);
  });

  test.each<[string, (settle: { resolve: (value: number) => void; reject: (error: Error) => void }) => void]>([
    ['returns', ({ resolve }) => resolve(1)],
    ['throws', ({ reject }) => reject(new Error('late'))],
  ])('a handler that was given up does no harm when it %s later', async (_how, settleNow) => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const late: (() => void)[] = [];
    const { network, client } = system((input) => {
      if (input !== 1) return input;
      return new Promise((resolve, reject) => late.push(() => settleNow({ resolve, reject })));
    });
    await network.pass(connectedMs);
    await expect(client.patience(1, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await network.pass(3_000);
    for (const settle of late) settle();
    await network.pass(1_000);
    expect((await client.patience(2)).value).toBe(2);
    const { servers } = await client.status();
    expect(servers.map(({ givenUp }) => givenUp)).toEqual([0, 0, 0]);
    expect([late.length, unhandled]).toEqual([2, []]);
  });

  test('a handler that hangs does not keep a draining server beyond its drain time', async () => {
    const { network, client, op } = system(never);
    const asked = expect(client.patience(1, { timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'deadline-exceeded',
    });
    await network.pass(200);
    const fromMs = network.nowMs();
    await op.drain();
    expect(network.nowMs() - fromMs).toBeLessThan(5_100);
    await asked;
  });
});

test('twelve thousand requests to a dependency that hangs do not fill a server, and it serves again when the dependency recovers', async () => {
  let hangs = true;
  const { network, client, events } = system((input) => (hangs ? never() : input));
  const clients = [client, network.connect({ catalogue })];
  const asked = clients.flatMap((one) =>
    Array.from({ length: 6_000 }, (_, input) =>
      one.patience(input, { timeoutMs: 2_000 }).catch((error: unknown) => (error as RequestError).code),
    ),
  );
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['deadline-exceeded', 'overloaded']));
  hangs = false;
  expect(events.filter(({ event }) => event === 'server-full')).toEqual([]);
  await network.pass(2_000);
  expect((await client.patience(7)).value).toBe(7);
});
