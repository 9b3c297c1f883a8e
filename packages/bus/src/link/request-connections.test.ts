import type { BrokerEndpoint } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { RequestConnectionState } from './request-connections.ts';
import { openRequestConnections } from './request-connections.ts';

const broker: BrokerEndpoint = { host: 'broker', publishPort: 1, subscribePort: 2, heartbeatPort: 3 };
const far = { shortest: 500, longest: 500 };

interface Opened {
  readonly state: RequestConnectionState;
  /** With how much silence it was opened. */
  readonly ttlMs: number;
  readonly subscribed: string[];
  closed: boolean;
}

function setUp({ fails = (): boolean => false } = {}) {
  const all: Opened[] = [];
  const told: unknown[] = [];
  const later: (() => void)[] = [];
  const connections = openRequestConnections({
    brokers: [broker],
    open(_broker, state) {
      if (fails()) throw new Error('no file handle');
      const opened: Opened = { state, ttlMs: state.times().ttlMs, subscribed: [], closed: false };
      all.push(opened);
      return {
        subscribe: (prefix) => void opened.subscribed.push(prefix),
        unsubscribe: (prefix) => void opened.subscribed.splice(opened.subscribed.indexOf(prefix), 1),
        async close() {
          opened.closed = true;
        },
      };
    },
    connected: () => void told.push('connected'),
    failed: (error) => void told.push(error),
    nowMs: () => 0,
    later: (_ms, run) => void later.push(run),
  });
  return { all, told, later, connections };
}

test('a connection over a far link is replaced, and the one before closes when its successor is established', () => {
  const { all, told, later, connections } = setUp();
  connections.subscribe('one');
  connections.subscribe('two');
  connections.unsubscribe('two');
  connections.roundTrip?.(broker, far);
  const [first, second] = all as [Opened, Opened];
  expect(all.map(({ ttlMs, subscribed }) => [ttlMs, subscribed])).toEqual([
    [200, ['one']],
    [2_000, ['one']],
  ]);
  expect([first.state.isCurrent(), second.state.isCurrent(), later.length]).toEqual([false, true, 0]);
  second.state.connected();
  expect(told).toEqual(['connected']);
  connections.subscribe('three');
  expect([first.subscribed, first.closed]).toEqual([['one', 'three'], false]);
  for (const run of later) run();
  expect([first.closed, second.closed]).toEqual([true, false]);
});

test('a connection over a near link stays', () => {
  const { all, connections } = setUp();
  connections.roundTrip?.(broker, { shortest: 1, longest: 500 });
  expect(all).toHaveLength(1);
});

test('a connection that cannot be replaced stays, and one more is tried each second', () => {
  let fails = false;
  const { all, told, later, connections } = setUp({ fails: () => fails });
  fails = true;
  connections.subscribe('one');
  connections.roundTrip?.(broker, far);
  connections.roundTrip?.(broker, { shortest: 1_500, longest: 1_500 });
  connections.subscribe('two');
  const fault = new Error('no file handle');
  expect(told).toEqual([fault, fault]);
  expect(all.map(({ subscribed, closed, state }) => [subscribed, closed, state.isCurrent()])).toEqual([
    [['one', 'two'], false, true],
  ]);
  expect(later).toHaveLength(1);
  later.shift()?.();
  expect([told.length, later.length]).toEqual([3, 1]);
  fails = false;
  later.shift()?.();
  expect(all.map(({ ttlMs, subscribed, state }) => [ttlMs, subscribed, state.isCurrent()])).toEqual([
    [200, ['one', 'two'], false],
    [4_000, ['one', 'two'], true],
  ]);
  expect(later).toEqual([]);
});

test('a connection is not tried again after the close, nor after another one was opened', async () => {
  let fails = false;
  const { all, later, connections } = setUp({ fails: () => fails });
  fails = true;
  connections.roundTrip?.(broker, { shortest: 100, longest: 100 });
  fails = false;
  connections.roundTrip?.(broker, { shortest: 250, longest: 250 });
  for (const run of later.splice(0)) run();
  expect(all).toHaveLength(2);
  fails = true;
  connections.roundTrip?.(broker, { shortest: 600, longest: 600 });
  expect(later).toHaveLength(1);
  await connections.close(0);
  fails = false;
  for (const run of later.splice(0)) run();
  expect(all).toHaveLength(2);
});

test('the close closes every connection once, also one that was about to be closed', async () => {
  const { all, later, connections } = setUp();
  connections.roundTrip?.(broker, far);
  all[1]?.state.connected();
  await connections.close(0);
  expect(all.map(({ closed }) => closed)).toEqual([true, true]);
  for (const run of later) run();
  connections.roundTrip?.(broker, { shortest: 1_000, longest: 1_000 });
  expect(all).toHaveLength(2);
});

test.for([{ established: [1, 2] }, { established: [2, 1] }, { established: [2] }])(
  'of two successors that are opened one after the other, the second stays: $established',
  async ({ established }) => {
    const { all, later, connections } = setUp();
    connections.roundTrip?.(broker, { shortest: 300, longest: 300 });
    connections.roundTrip?.(broker, { shortest: 600, longest: 600 });
    for (const at of established) all[at]?.state.connected();
    for (const run of later) run();
    expect(all.map(({ closed, state }) => [closed, state.isCurrent()])).toEqual([
      [true, false],
      [true, false],
      [false, true],
    ]);
    connections.subscribe('one');
    expect(all[2]?.subscribed).toEqual(['one']);
    await connections.close(0);
    expect(all[2]?.closed).toBe(true);
  },
);
