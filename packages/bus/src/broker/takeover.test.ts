import { encodeBeat } from '@cateto/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Publisher } from 'zeromq';
import type { BusEvent } from '../participant/events.ts';
import {
  addressOf,
  beatOf,
  freeBrokers,
  isMarker,
  publisherTo,
  start,
  subscriberTo,
  subscriptionsUntil,
} from './brokers.test-support.ts';
import { rawZmtp } from './raw-zmtp.test-support.ts';

const request = (index: number): string => `calc.square.request.1.${addressOf(index)}`;

/** The topic of the requests for a broker's events, which it takes in any state. */
const eventsOfBroker = /^calc\.events\.request\.[a-z0-9]{12}$/;

/** A primary that is active in epoch 6, and keeps its port open when it hangs. */
async function fakePrimary(port: number) {
  const publisher = new Publisher({ linger: 0, sendTimeout: 0 });
  await publisher.bind(`tcp://127.0.0.1:${port}`);
  onTestFinished(() => publisher.close());
  const [incarnation, address] = [addressOf(1), addressOf(2)];
  const body = encodeBeat({ rank: 'primary', state: 'active', epoch: 6, incarnation, address, counters: {} });
  let lastMs = 0;
  const timer = setInterval(() => {
    lastMs = performance.now();
    void publisher.send(body);
  }, 20);
  onTestFinished(() => clearInterval(timer));
  return {
    /** @returns the time of its last beat */
    hang() {
      clearInterval(timer);
      return lastMs;
    },
  };
}

const kinds = (events: readonly BusEvent[]): string[] => events.map(({ event }) => event);

describe('a standby', () => {
  test('a standby subscribes to requests for its events only, until it is active, but forwards messages that arrive', async () => {
    const brokers = await freeBrokers();
    const [primaryEndpoint, own] = brokers;
    const primary = await fakePrimary(primaryEndpoint.heartbeatPort);
    const { seen } = await start('backup', brokers);
    await beatOf(own, ({ epoch }) => epoch === 6);
    const subscriber = subscriberTo(own, request(1));
    const publisher = publisherTo(own);
    let told: string[] | undefined;
    const marker = subscriptionsUntil(publisher, isMarker).then((topics) => (told = topics));
    await beatOf(own, ({ counters }) => counters['requests'] === 1);
    const stray = await rawZmtp(own.publishPort, 'PUB');
    stray.send(request(1), 'body');
    expect((await subscriber.receive()).map(String)).toEqual([request(1), 'body']);
    expect(told).toBeUndefined();
    primary.hang();
    expect(await seen('active')).toMatchObject({ epoch: 7 });
    expect(await marker).toEqual([
      expect.stringMatching(eventsOfBroker),
      'calc.hello.',
      'calc.beat.',
      request(1),
      expect.stringMatching(/^calc\.broker\.7\./),
    ]);
  });

  test('a standby takes over from a peer that hangs with an open port after the loss time', async () => {
    const brokers = await freeBrokers();
    const [primaryEndpoint, own] = brokers;
    const primary = await fakePrimary(primaryEndpoint.heartbeatPort);
    const { seen } = await start('backup', brokers);
    await beatOf(own, ({ epoch }) => epoch === 6);
    const lastMs = primary.hang();
    expect(await seen('active')).toMatchObject({ epoch: 7, cause: 'peer-silent' });
    expect(performance.now() - lastMs).toBeGreaterThan(190);
  });

  test('a broker that takes over forwards thousands of topics, its marker last', async () => {
    const brokers = await freeBrokers();
    const [primaryEndpoint, own] = brokers;
    const primary = await fakePrimary(primaryEndpoint.heartbeatPort);
    const { seen } = await start('backup', brokers);
    await beatOf(own, ({ epoch }) => epoch === 6);
    const topics = Array.from({ length: 3_000 }, (_, index) => request(index));
    subscriberTo(own, ...topics);
    const publisher = publisherTo(own);
    const told = subscriptionsUntil(publisher, isMarker);
    await beatOf(own, ({ counters }) => counters['requests'] === 3_000);
    primary.hang();
    await seen('active');
    const others = (await told).slice(0, -1).filter((topic) => !eventsOfBroker.test(topic));
    expect(new Set(others)).toEqual(new Set(['calc.hello.', 'calc.beat.', ...topics]));
  });
});

describe('a primary that comes back', () => {
  test('a primary that comes back stays standby, and takes over in a new epoch when the backup is gone', async () => {
    const brokers = await freeBrokers();
    const [primaryEndpoint] = brokers;
    const first = await start('primary', brokers);
    const backup = await start('backup', brokers);
    await first.seen('active');
    await first.running.close();
    await backup.seen('active');
    const second = await start('primary', brokers);
    // Epoch 2 is the backup's. The primary has heard it.
    await beatOf(primaryEndpoint, ({ epoch }) => epoch === 2);
    expect(kinds(second.events)).toEqual(['ready', 'standby', 'broker-up']);
    await backup.running.close();
    expect(await second.seen('active')).toMatchObject({ epoch: 3, cause: 'peer-refused' });
  });
});

describe('a broker that ends', () => {
  test('a broker may end at any moment of a takeover', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const brokers = await freeBrokers();
      const primary = await start('primary', brokers);
      const backup = await start('backup', brokers);
      await primary.seen('active');
      const gone = primary.running.close();
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await backup.running.close();
      await gone;
      expect(kinds(backup.events).at(-1)).toBe('stopped');
    }
  });

  test('a broker can be told to drain twice, and drains at once when it is already closed', async () => {
    const brokers = await freeBrokers();
    const { running, seen, events } = await start('primary', brokers);
    await seen('active');
    await Promise.all([running.close(), running.close()]);
    await running.drain();
    expect(kinds(events).filter((kind) => kind === 'draining' || kind === 'stopped')).toEqual(['stopped']);
  });

  test('a broker that ends frees its ports', async () => {
    const brokers = await freeBrokers();
    for (let again = 0; again < 5; again += 1) {
      const { running } = await start('primary', brokers);
      await running.close();
    }
  });
});
