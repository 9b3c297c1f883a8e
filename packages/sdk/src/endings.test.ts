import { describe, expect, test } from 'vitest';
import { catalogue, formulas, handlers } from './double.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* Whatever a program may wait for settles when what it waits for has come to its end. */

const never = { double: () => new Promise<number>(() => undefined) };
const dayMs = 86_400_000;

describe('`ready`', () => {
  test('is true when the service listens, and stays so when it is drained', async () => {
    const service = simulate().serve({ catalogue, handlers, formulas });
    expect(await service.ready).toBe(true);
    await service.drain();
    expect(await service.ready).toBe(true);
  });

  test.each(['drain', 'close'] as const)('is false when %s() comes before any broker', async (end) => {
    const network = simulate({ brokers: 1 });
    network.crash('broker');
    const service = network.serve({ catalogue, handlers, formulas });
    const { ready } = service;
    await service[end]();
    expect(await ready).toBe(false);
  });

  test('is false for a service that crashed before it listened', async () => {
    const network = simulate();
    const service = network.serve({ catalogue, handlers, host: 'op' });
    const { ready } = service;
    network.crash('op');
    expect(await ready).toBe(false);
  });
});

test('a drain that waits for a handler which never answers ends at once when the service is closed', async () => {
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

test('a status that may take a day is cancelled at once when its client is closed', async () => {
  const network = simulate({ brokers: 1 });
  network.crash('broker');
  const client = network.connect({ catalogue });
  const status = expect(client.status({ waitMs: dayMs })).rejects.toMatchObject({ code: 'cancelled' });
  await client.close();
  await status;
  expect(network.nowMs()).toBeLessThan(1_000);
});

describe('what has crashed in a simulated system', () => {
  test('has ended: draining and closing it do nothing', async () => {
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

  test('ends the drain that was under way', async () => {
    const network = simulate();
    const service = network.serve({ catalogue, handlers: never, formulas, host: 'server' });
    const client = network.connect({ catalogue });
    void client.twice(1, { timeoutMs: dayMs }).catch(() => undefined);
    await network.pass(300);
    const drained = service.drain();
    network.crash('server');
    await drained;
    await client.close();
  });

  test('answers no call, and says so', async () => {
    const network = simulate();
    const client = network.connect({ catalogue, host: 'client' });
    network.crash('client');
    await expect(client.twice(1)).rejects.toThrow('client has crashed');
    await expect(client.status()).rejects.toThrow('client has crashed');
  });
});
