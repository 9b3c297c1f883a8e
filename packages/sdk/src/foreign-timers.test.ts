import { startBroker } from '@cateto/bus/broker';
import { freePorts } from '@cateto/cluster';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect } from './connect.ts';
import { catalogue, formulas, handlers } from './double.test-support.ts';
import { serve } from './serve.ts';
import { simulate } from './testing/simulate.ts';

/* The tests of a user's program may replace every timer, clock and microtask function of Node. */

describe('replaced timers', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      now: 0,
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'queueMicrotask',
        'performance',
        'hrtime',
        'Date',
      ],
    });
  });
  afterEach(() => void vi.useRealTimers());

  test('a simulated system answers, fails over, times out and ends while all timers of the program are replaced', async () => {
    const network = simulate();
    const service = network.serve({ catalogue, handlers, formulas });
    const client = network.connect({ catalogue });
    expect(await service.ready).toBe(true);
    expect((await client.twice(2)).value).toBe(4);
    network.crash('broker');
    expect((await client.twice(3)).value).toBe(6);
    await network.pass(1_000);
    expect((await client.status()).missing).toContain('broker broker');
    await service.drain();
    await network.pass(100);
    await expect(client.twice(4, { timeoutMs: 3_000 })).rejects.toMatchObject({ code: 'no-listener' });
    await client.close();
  });

  test('a real system answers, fails over, times out and ends while all timers of the program are replaced', async () => {
    const [publishPort = 0, subscribePort = 0, heartbeatPort = 0] = await freePorts(3);
    const brokers = [{ host: '127.0.0.1', publishPort, subscribePort, heartbeatPort }];
    const broker = await startBroker({
      rank: 'primary',
      brokers,
      bind: '127.0.0.1',
      heartbeatMs: 50,
      peerLostMs: 200,
      onEvent: () => undefined,
    });
    onTestFinished(() => broker.close());
    const service = await serve({ catalogue, handlers, formulas, brokers });
    const client = await connect({ catalogue, brokers });
    expect(await service.ready).toBe(true);
    const { value, elapsedMs } = await client.twice(2);
    expect(value).toBe(4);
    expect(elapsedMs).toBeGreaterThan(0);
    expect((await client.status()).brokers.map(({ state }) => state)).toEqual(['active']);
    await service.drain();
    // It may have been sent before the client knew that the server is gone.
    await expect(client.twice(4, { timeoutMs: 100 })).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:no-listener|deadline-exceeded)$/),
    });
    await client.close();
  });
});

describe('a signal that many calls share', () => {
  test('calls that share a signal share one listener, so that Node does not warn, and remove it when they have settled', async () => {
    const warned = vi.fn<(warning: Error) => void>();
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const network = simulate();
    network.serve({ catalogue, handlers, formulas });
    const client = network.connect({ catalogue });
    const { signal } = new AbortController();
    const calls = Array.from({ length: 50 }, (_, index) => client.twice(index, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    expect((await Promise.all(calls)).map(({ value }) => value)).toEqual(calls.map((_, index) => 2 * index));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // Node warns in the next tick.
    await new Promise((resolve) => process.nextTick(resolve));
    expect(warned).not.toHaveBeenCalled();
  });

  test('a signal that aborts rejects all calls that share it, of several clients, and keeps no reference to them', async () => {
    const network = simulate();
    network.serve({ catalogue, handlers: { double: () => new Promise<number>(() => undefined) }, formulas });
    const clients = [network.connect({ catalogue }), network.connect({ catalogue })];
    const aborted = new AbortController();
    const calls = clients.flatMap((client) => [1, 2, 3].map((a) => client.twice(a, { signal: aborted.signal })));
    const settled = Promise.allSettled(calls);
    aborted.abort(new Error('no longer needed'));
    expect((await settled).map((one) => one.status === 'rejected' && one.reason.code)).toEqual(
      calls.map(() => 'cancelled'),
    );
    expect(getEventListeners(aborted.signal, 'abort')).toEqual([]);
  });
});
