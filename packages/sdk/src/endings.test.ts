import { describe, expect, test } from 'vitest';
import { catalogue, formulas, handlers } from './double.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* Every promise of the SDK settles when its client or service ends. */

const never = { double: () => new Promise<number>(() => undefined) };
const dayMs = 86_400_000;

describe('`ready`', () => {
  test('`ready` is true when the service listens, and stays true after a drain', async () => {
    const service = simulate().serve({ catalogue, handlers, formulas });
    expect(await service.ready).toBe(true);
    await service.drain();
    expect(await service.ready).toBe(true);
  });

  test.each(['drain', 'close'] as const)('`ready` is false when %s() comes before any broker', async (end) => {
    const network = simulate({ brokers: 1 });
    network.crash('broker');
    const service = network.serve({ catalogue, handlers, formulas });
    const { ready } = service;
    await service[end]();
    expect(await ready).toBe(false);
  });

  test('`ready` is false for a service that crashed before it listened', async () => {
    const network = simulate();
    const service = network.serve({ catalogue, handlers, host: 'op' });
    const { ready } = service;
    network.crash('op');
    expect(await ready).toBe(false);
  });
});

test('close ends a drain that waits for a handler which never answers', async () => {
  const network = simulate();
  const service = network.serve({ catalogue, handlers: never, formulas });
  const client = network.connect({ catalogue });
  const asked = expect(client.twice(1)).rejects.toMatchObject({ code: 'deadline-exceeded' });
  await network.pass(300);
  const drained = service.drain();
  const beganMs = network.nowMs();
  await service.close();
  await drained;
  expect(network.nowMs() - beganMs).toBeLessThan(1_000);
  await asked;
});

test('closing a client cancels a status request that may take a day', async () => {
  const network = simulate({ brokers: 1 });
  network.crash('broker');
  const client = network.connect({ catalogue });
  const status = expect(client.status({ waitMs: dayMs })).rejects.toMatchObject({ code: 'cancelled' });
  await client.close();
  await status;
  expect(network.nowMs()).toBeLessThan(1_000);
});

describe('crashes in a simulated system', () => {
  test('draining or closing a crashed service does nothing', async () => {
    const network = simulate();
    const service = network.serve({ catalogue, handlers, formulas, host: 'server' });
    const client = network.connect({ catalogue, host: 'client' });
    await client.twice(1);
    network.crash('server');
    network.crash('client');
    await service.drain();
    await service.close();
    await client.close();
  });

  test('a crash ends a running drain', async () => {
    const network = simulate();
    const service = network.serve({ catalogue, handlers: never, formulas, host: 'server' });
    const client = network.connect({ catalogue });
    const asked = expect(client.twice(1, { timeoutMs: dayMs })).rejects.toMatchObject({ code: 'cancelled' });
    await network.pass(300);
    const drained = service.drain();
    network.crash('server');
    await drained;
    await client.close();
    await asked;
  });

  test('a call of a crashed client rejects, and the message says why', async () => {
    const network = simulate();
    const client = network.connect({ catalogue, host: 'client' });
    network.crash('client');
    await expect(client.twice(1)).rejects.toThrow('client has crashed');
    await expect(client.status()).rejects.toThrow('client has crashed');
  });
});
