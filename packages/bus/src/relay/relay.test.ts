import type { BrokerEndpoint } from '@cateto/contracts';
import { connect, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Subscriber, XPublisher } from 'zeromq';
import type { BusEvent } from '../events.ts';
import { probePeer } from './peer-probe.ts';
import type { Relay } from './relay.ts';
import { startRelay } from './relay.ts';

/* Brokers with real sockets on loopback. */

const server = 'aaaaaaaaaaaa';
const client = 'bbbbbbbbbbbb';

async function freePort(): Promise<number> {
  for (;;) {
    // Below the range from which the kernel takes ports for outgoing connections.
    const port = 10_240 + Math.floor(Math.random() * 22_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

async function freeBroker(): Promise<BrokerEndpoint> {
  const [publishPort, subscribePort, heartbeatPort] = [await freePort(), await freePort(), await freePort()];
  return { host: '127.0.0.1', publishPort, subscribePort, heartbeatPort };
}

interface Started {
  readonly relay: Relay;
  /** The first event of a kind, of those seen or to come. */
  seen(event: BusEvent['event']): Promise<BusEvent>;
  readonly events: readonly BusEvent[];
}

async function start(rank: 'primary' | 'backup', brokers: readonly BrokerEndpoint[]): Promise<Started> {
  const events: BusEvent[] = [];
  const waiting = new Set<() => void>();
  const relay = await startRelay({
    rank,
    brokers,
    bind: '127.0.0.1',
    heartbeatMs: 50,
    peerLostMs: 200,
    onEvent(event) {
      events.push(event);
      for (const wake of waiting) wake();
    },
  });
  onTestFinished(() => relay.close());
  return {
    relay,
    events,
    async seen(event) {
      for (;;) {
        const found = events.find((one) => one.event === event);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
  };
}

function publisherTo({ publishPort }: BrokerEndpoint): XPublisher {
  const publisher = new XPublisher({ linger: 0, immediate: true });
  publisher.connect(`tcp://127.0.0.1:${publishPort}`);
  onTestFinished(() => publisher.close());
  return publisher;
}

function subscriberTo({ subscribePort }: BrokerEndpoint, ...prefixes: string[]): Subscriber {
  const subscriber = new Subscriber({ linger: 0 });
  subscriber.connect(`tcp://127.0.0.1:${subscribePort}`);
  subscriber.subscribe(...prefixes);
  onTestFinished(() => subscriber.close());
  return subscriber;
}

/** Subscriptions as a publisher sees them, up to one that fits. */
async function subscriptionsUntil(publisher: XPublisher, last: (topic: string) => boolean): Promise<string[]> {
  const topics: string[] = [];
  for (;;) {
    const [frame] = await publisher.receive();
    const topic = frame?.toString('latin1', 1) ?? '';
    topics.push(topic);
    if (last(topic)) return topics;
  }
}

const isMarker = (topic: string): boolean => topic.startsWith('calc.broker.');

describe('a broker', () => {
  test('without a peer is active at once and forwards what is published for a subscriber', async () => {
    const broker = await freeBroker();
    const { seen } = await start('primary', [broker]);
    expect(await seen('active')).toMatchObject({ epoch: 1 });
    const subscriber = subscriberTo(broker, `calc.square.request.1.${server}`);
    const publisher = publisherTo(broker);
    await subscriptionsUntil(publisher, (topic) => topic === `calc.square.request.1.${server}`);
    await publisher.send([`calc.square.request.1.${server}`, 'body']);
    expect((await subscriber.receive()).map(String)).toEqual([`calc.square.request.1.${server}`, 'body']);
  });

  test('tells a publisher that is linked when it becomes active its marker last', async () => {
    const brokers = [await freeBroker(), await freeBroker()];
    const [, backupEndpoint] = brokers;
    if (backupEndpoint === undefined) throw new Error('two brokers');
    const backup = await start('backup', brokers);
    const subscriber = subscriberTo(
      backupEndpoint,
      'calc.',
      `calc.square.request.1.${server}`,
      `calc.square.result.1.${client}`,
    );
    const publisher = publisherTo(backupEndpoint);
    const told = subscriptionsUntil(publisher, isMarker);
    await backup.seen('active');
    expect((await told).slice(0, -1).toSorted()).toEqual(
      ['calc.hello.', `calc.square.request.1.${server}`, 'calc.square.result.1.'].toSorted(),
    );
    expect(subscriber.closed).toBe(false);
  });

  test('drops what is not two frames with a topic, says so, and forwards what is', async () => {
    const broker = await freeBroker();
    const { seen, events } = await start('primary', [broker]);
    await seen('active');
    const subscriber = subscriberTo(broker, 'calc.');
    const held = subscriberTo(broker, `calc.square.request.1.${server}`);
    const publisher = publisherTo(broker);
    const topic = `calc.square.request.1.${server}`;
    await subscriptionsUntil(publisher, (one) => one === topic);
    await publisher.send([topic]);
    await publisher.send([topic, 'a', 'b']);
    await publisher.send([topic, 'good']);
    expect((await subscriber.receive()).map(String)).toEqual([topic, 'good']);
    expect(held.closed).toBe(false);
    await seen('message-dropped');
    const causes = events.flatMap((event) => (event.event === 'message-dropped' ? [event.cause] : []));
    expect(causes.toSorted()).toEqual(['1 frames', '3 frames']);
  });

  test('lives through garbage on every port', async () => {
    const broker = await freeBroker();
    const { seen } = await start('primary', [broker]);
    await seen('active');
    for (const port of [broker.publishPort, broker.subscribePort, broker.heartbeatPort]) {
      const socket = connect({ host: '127.0.0.1', port });
      onTestFinished(() => void socket.destroy());
      // What libzmq does with the connection is its own affair: some bytes look like an early version of ZMTP to it.
      socket.on('error', ({ message }) => expect(message).toMatch(/ECONNRESET|EPIPE/));
      await new Promise((resolve) => socket.write(`GET / HTTP/1.1\r\n\r\n${'x'.repeat(100_000)}`, resolve));
    }
    const subscriber = subscriberTo(broker, `calc.square.request.1.${server}`);
    const publisher = publisherTo(broker);
    await subscriptionsUntil(publisher, (topic) => topic === `calc.square.request.1.${server}`);
    await publisher.send([`calc.square.request.1.${server}`, 'body']);
    expect(await subscriber.receive()).toHaveLength(2);
  });

  test('names the port that it cannot bind', async () => {
    const broker = await freeBroker();
    await start('primary', [broker]);
    await expect(start('primary', [broker])).rejects.toThrow(`127.0.0.1:${broker.publishPort}`);
  });

  test('of a rank that is not in the list does not start', async () => {
    await expect(start('backup', [await freeBroker()])).rejects.toThrow(/no backup/);
  });
});

describe('two brokers', () => {
  test.each([
    ['primary', 'backup'],
    ['backup', 'primary'],
  ] as const)('started %s first become one active and one standby', async (first, second) => {
    const brokers = [await freeBroker(), await freeBroker()];
    const started = { [first]: await start(first, brokers), [second]: await start(second, brokers) };
    await started.primary?.seen('active');
    expect(started.backup?.events.some(({ event }) => event === 'active')).toBe(false);
  });

  test('the backup takes over in the next epoch when the primary is gone', async () => {
    const brokers = [await freeBroker(), await freeBroker()];
    const primary = await start('primary', brokers);
    const backup = await start('backup', brokers);
    await primary.seen('active');
    await primary.relay.close();
    expect(await backup.seen('active')).toMatchObject({ epoch: 2 });
  });

  test('one that is told to end hands over before it stops', async () => {
    const brokers = [await freeBroker(), await freeBroker()];
    const primary = await start('primary', brokers);
    const backup = await start('backup', brokers);
    await primary.seen('active');
    await primary.relay.drain();
    expect(await backup.seen('active')).toMatchObject({ epoch: 2 });
    expect(primary.events.map(({ event }) => event)).toEqual(expect.arrayContaining(['draining', 'stopped']));
  });
});

describe('the probe', () => {
  test('tells a port that refuses from one that accepts', async () => {
    const endpoint = await freeBroker();
    expect(await probePeer(endpoint)).toBe('refused');
    const listening = createServer();
    await new Promise<void>((resolve) => listening.listen(endpoint.heartbeatPort, '127.0.0.1', resolve));
    onTestFinished(() => void listening.close());
    expect(await probePeer(endpoint)).toBe('accepting');
  });
});
