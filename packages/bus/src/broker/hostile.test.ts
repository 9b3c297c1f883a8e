import { expect, test } from 'vitest';
import {
  addressOf,
  beatOf,
  freeBroker,
  publisherTo,
  start,
  subscriberTo,
  subscriptionsUntil,
} from './brokers.test-support.ts';
import { rawZmtp } from './raw-zmtp.test-support.ts';

/* Hostile peers of a broker, and their effect on others. */

const topic = `calc.square.request.1.${addressOf(1)}`;
const resultPrefix = 'calc.hypotenuse.result.';

/** Names that are in no catalogue. */
function invented(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `calc.n${index}.result.1.${addressOf(index)}`);
}

async function activeBroker() {
  const broker = await freeBroker();
  const started = await start('primary', [broker]);
  await started.seen('active');
  return { broker, ...started };
}

test('a frame above the limit is not forwarded, and other frames still are', async () => {
  const { broker } = await activeBroker();
  const subscriber = subscriberTo(broker, topic);
  const [hostile, honest] = [publisherTo(broker), publisherTo(broker)];
  await subscriptionsUntil(hostile, (one) => one === topic);
  await subscriptionsUntil(honest, (one) => one === topic);
  await hostile.send([topic, Buffer.alloc(2 * 1_048_576)]);
  await honest.send([topic, 'small']);
  expect((await subscriber.receive()).map(String)).toEqual([topic, 'small']);
});

test.each([
  ['longer than any topic', `${topic}${'x'.repeat(100)}.${addressOf(1)}`],
  ['without an address', 'calc.square.request.1'],
  ['of another system', `kalk.square.request.1.${addressOf(1)}`],
  ['empty', ''],
])('a message on a topic that is %s is dropped and counted', async (_what, strange) => {
  const { broker, seen } = await activeBroker();
  const subscriber = subscriberTo(broker, '');
  await beatOf(broker, ({ counters }) => counters['refused'] === 1);
  const hostile = await rawZmtp(broker.publishPort, 'PUB');
  hostile.send(strange, 'body');
  hostile.send(topic, 'good');
  expect((await subscriber.receive()).map(String)).toEqual([topic, 'good']);
  expect(await seen('message-dropped')).toMatchObject({ cause: 'no topic', count: 1 });
});

test('a message of a subscriber that is not a subscription is dropped and counted', async () => {
  const { broker, seen } = await activeBroker();
  const hostile = await rawZmtp(broker.subscribePort, 'SUB');
  hostile.send('a message');
  hostile.send(`\x01${topic}`);
  const { counters } = await beatOf(broker, ({ counters: all }) => all['requests'] === 1);
  expect(counters).toMatchObject({ dropped: 1, refused: 0 });
  expect(await seen('message-dropped')).toMatchObject({ cause: 'no subscription' });
});

test('a subscription after another frame is not a subscription', async () => {
  const { broker, seen } = await activeBroker();
  const hostile = await rawZmtp(broker.subscribePort, 'SUB');
  hostile.send('a message', `\x01${topic}`);
  expect(await seen('message-dropped')).toMatchObject({ cause: 'no subscription' });
  // The topic belongs to a server that connects later. The false subscription must not keep the real one from being
  // reported and listed.
  const server = subscriberTo(broker, topic);
  const publisher = publisherTo(broker);
  await subscriptionsUntil(publisher, (one) => one === topic);
  await publisher.send([topic, 'body']);
  expect((await server.receive()).map(String)).toEqual([topic, 'body']);
  server.close();
  await beatOf(broker, ({ counters }) => counters['requests'] === 0);
});

test('a subscription of a megabyte is refused', async () => {
  const { broker } = await activeBroker();
  subscriberTo(broker, `${topic}${'x'.repeat(1_000_000)}`);
  const { counters } = await beatOf(broker, ({ counters: all }) => all['refused'] === 1);
  expect(counters).toMatchObject({ requests: 0 });
});

test('5,000 invented results do not keep other results from their subscribers, and are not stored for ever', async () => {
  const { broker } = await activeBroker();
  const hostile = subscriberTo(broker, ...invented(5_000));
  await beatOf(broker, ({ counters }) => counters['prefixes'] === 5_002);
  const subscriber = subscriberTo(broker, `${resultPrefix}${addressOf(7)}`);
  const publisher = publisherTo(broker);
  await subscriptionsUntil(publisher, (one) => one === resultPrefix);
  await publisher.send([`${resultPrefix}${addressOf(7)}`, 'answer']);
  expect((await subscriber.receive()).map(String)).toEqual([`${resultPrefix}${addressOf(7)}`, 'answer']);
  hostile.close();
  await beatOf(broker, ({ counters }) => (counters['prefixes'] ?? 0) <= 4_098);
});
