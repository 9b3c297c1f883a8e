import type { BusEvent } from '@cateto/bus';
import { describe, expect, test } from 'vitest';
import type { SlowHandler } from './slow.test-support.ts';
import { slowCatalogue } from './slow.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* A handler that runs longer than the `work.maxMs` of its contract, in a server's event loop or as a fallback. */

const { catalogue, formulas } = slowCatalogue({ maxMs: 300 });

/** After this time, every participant knows the servers. */
const connectedMs = 200;

/** An op-server that runs one handler at a time, or a calc-server that computes fallbacks, and a client. */
function system(where: 'op-server' | 'calc-server', handler: SlowHandler) {
  const network = simulate({ brokers: 1 });
  const events: BusEvent[] = [];
  const onEvent = (event: BusEvent): void => void events.push(event);
  const handlers = { slow: handler };
  if (where === 'op-server') network.serve({ catalogue, handlers, onEvent, concurrency: 1, exposeErrors: false });
  network.serve({ catalogue, handlers, formulas, operations: [], onEvent, exposeErrors: false });
  const client = network.connect({ catalogue });
  return { network, events, client };
}

describe.each(['op-server', 'calc-server'] as const)('a handler that runs too long in the loop of the %s', (where) => {
  test('a handler that exceeds its limit fails: the client learns it at once, the signal aborts, and the server reports it', async () => {
    const aborts: string[] = [];
    const { events, client } = system(where, (_input, { signal }) => {
      signal.addEventListener('abort', () => aborts.push((signal.reason as Error).name));
      return new Promise(() => undefined);
    });
    const failed = client.patience(1, { timeoutMs: 60_000 });
    await expect(failed).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('slow: its handler ran longer than the 300 ms that its contract allows;'),
    });
    expect(aborts).toEqual(['TimeoutError']);
    const told = events.filter(({ event }) => event === 'handler-failed');
    expect(told).toMatchObject([{ name: 'slow', part: 'handler', message: expect.stringContaining('300 ms') }]);
  });

  test('a handler that exceeds its limit frees its slot, and stays in the status while it hangs', async () => {
    let begun = 0;
    let settle = (_output: number): void => undefined;
    const { network, client } = system(where, (input) => {
      begun += 1;
      return begun > 1 ? input : new Promise((resolve) => void (settle = resolve));
    });
    const hanging = async (): Promise<number> => {
      const { servers } = await client.status();
      return servers.reduce((sum, { givenUp = 0 }) => sum + givenUp, 0);
    };
    // Before that, the second one may find its server first: each of them takes another lane.
    await network.pass(connectedMs);
    const [first, second] = [client.patience(1), client.patience(2)];
    await expect(first).rejects.toMatchObject({ code: 'internal' });
    expect((await second).value).toBe(2);
    expect(await hanging()).toBe(1);
    settle(1);
    await network.pass(1);
    expect(await hanging()).toBe(0);
    expect(begun).toBe(2);
  });
});

test('a handler that ends just below its limit is answered, and a sooner deadline applies first', async () => {
  const { network, client } = system('op-server', async (input) => {
    await network.pass(290);
    return input;
  });
  expect((await client.patience(1)).value).toBe(1);
  await expect(client.patience(2, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
});
