import type { BrokerEndpoint } from '@cateto/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { Subscriber, XPublisher } from 'zeromq';
import type { Platform } from '../link.ts';
import { nodePlatform } from '../../node/platform.ts';
import { freeBroker } from '../../broker/brokers.test-support.ts';
import type { SocketBrokerLink } from '../socket-broker-link.ts';
import { openSocketBrokerLink } from '../socket-broker-link.ts';
import { brokerSockets } from './sockets.ts';

const topic = 'calc.square.request.1.aaaaaaaaaaaa';

/** The sockets of a broker without a peer, not bound yet. */
function openLink(ports: BrokerEndpoint, platform: Platform = nodePlatform) {
  const drops: string[] = [];
  const never = (): void => expect.unreachable('there is no second broker');
  const link: SocketBrokerLink = openSocketBrokerLink(
    { sockets: brokerSockets, bind: '127.0.0.1', ports, peer: undefined, platform },
    {
      published(name, body) {
        link.forward(name, body);
        return true;
      },
      subscription: () => undefined,
      ended: () => undefined,
      refused: never,
      rightRefused: never,
      peerBeat: never,
      peerLinkBroken: never,
      peerProbed: never,
      connectionsRefused: () => undefined,
      dropped: (_where, cause) => void drops.push(cause),
    },
  );
  return { link, drops };
}

/** The sockets of a broker, with one subscriber and one publisher that has its subscription. */
async function setUp(platform: Platform) {
  const ports = await freeBroker();
  const { publishPort, subscribePort } = ports;
  const { link, drops } = openLink(ports, platform);
  await link.bind();
  link.subscribe(topic);
  const subscriber = new Subscriber({ linger: 0, receiveHighWaterMark: 100_000 });
  subscriber.connect(`tcp://127.0.0.1:${subscribePort}`);
  subscriber.subscribe(topic);
  const publisher = new XPublisher({ linger: 0, sendHighWaterMark: 100_000, sendTimeout: 0 });
  publisher.connect(`tcp://127.0.0.1:${publishPort}`);
  onTestFinished(async () => {
    subscriber.close();
    publisher.close();
    await link.close();
  });
  for (;;) {
    const [frame] = await publisher.receive();
    if (frame?.toString('latin1', 1) === topic) return { link, subscriber, publisher, drops };
  }
}

test('messages that waited while a broker stood still are dropped, and later ones are forwarded', async () => {
  const { link, subscriber, publisher, drops } = await setUp(nodePlatform);
  for (let sent = 0; sent < 200; sent += 1) void publisher.send([topic, 'old']);
  // The broker stands still until all of them have arrived.
  const untilMs = performance.now() + 300;
  while (performance.now() < untilMs);
  link.dropQueued();
  const received = subscriber.receive();
  let first: string | undefined;
  void received.then(([, body]) => (first = String(body)));
  while (first === undefined) {
    void publisher.send([topic, 'new']);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(first).toBe('new');
  expect(new Set(drops)).toEqual(new Set(['stood still']));
});

test('a broker stops dropping even if messages arrive without a pause', async () => {
  const clock = { nowMs: 0 };
  // Each reading of the clock takes a millisecond.
  const platform: Platform = { ...nodePlatform, nowMs: () => (clock.nowMs += 1) };
  const { link, subscriber, publisher } = await setUp(platform);
  for (let sent = 0; sent < 2_000; sent += 1) void publisher.send([topic, String(sent)]);
  const untilMs = performance.now() + 300;
  while (performance.now() < untilMs);
  link.dropQueued();
  const first = Number(String((await subscriber.receive())[1]));
  expect(first).toBeGreaterThan(200);
  expect(first).toBeLessThan(300);
});

test('a broker that closes while its ports are bound frees them, and binding them is not a failure', async () => {
  const ports = await freeBroker();
  const { link } = openLink(ports);
  const binding = link.bind();
  await Promise.all([link.close(), link.close()]);
  await binding;
  await link.bind();
  const next = openLink(ports);
  onTestFinished(() => next.link.close());
  await next.link.bind();
});
