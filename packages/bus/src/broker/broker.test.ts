import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  freeBroker,
  freeBrokers,
  isMarker,
  publisherTo,
  start,
  subscriberTo,
  subscriptionsUntil,
} from './brokers.test-support.ts';

const server = 'aaaaaaaaaaaa';
const client = 'bbbbbbbbbbbb';

describe('a broker', () => {
  test('a broker without a peer becomes active at once, and forwards messages to subscribers', async () => {
    const broker = await freeBroker();
    const { seen } = await start('primary', [broker]);
    expect(await seen('active')).toMatchObject({ epoch: 1 });
    const subscriber = subscriberTo(broker, `calc.square.request.1.${server}`);
    const publisher = publisherTo(broker);
    await subscriptionsUntil(publisher, (topic) => topic === `calc.square.request.1.${server}`);
    await publisher.send([`calc.square.request.1.${server}`, 'body']);
    expect((await subscriber.receive()).map(String)).toEqual([`calc.square.request.1.${server}`, 'body']);
  });

  test('a broker that becomes active sends its marker last to connected publishers', async () => {
    const brokers = await freeBrokers();
    const [, backupEndpoint] = brokers;
    const backup = await start('backup', brokers);
    subscriberTo(backupEndpoint, 'calc.', `calc.square.request.1.${server}`, `calc.square.result.1.${client}`);
    const publisher = publisherTo(backupEndpoint);
    const told = subscriptionsUntil(publisher, isMarker);
    await backup.seen('active');
    const others = (await told).slice(0, -1).filter((topic) => !topic.startsWith('calc.events.request.'));
    expect(others.toSorted()).toEqual(
      ['calc.hello.', 'calc.beat.', `calc.square.request.1.${server}`, 'calc.square.result.1.'].toSorted(),
    );
  });

  test('a broker drops and reports messages that are not two frames with a topic, and forwards others', async () => {
    const broker = await freeBroker();
    const { seen, events } = await start('primary', [broker]);
    await seen('active');
    const subscriber = subscriberTo(broker, 'calc.');
    subscriberTo(broker, `calc.square.request.1.${server}`);
    const publisher = publisherTo(broker);
    const topic = `calc.square.request.1.${server}`;
    await subscriptionsUntil(publisher, (one) => one === topic);
    await publisher.send([topic]);
    await publisher.send([topic, 'a', 'b']);
    await publisher.send([topic, 'good']);
    expect((await subscriber.receive()).map(String)).toEqual([topic, 'good']);
    await seen('message-dropped');
    const causes = events.flatMap((event) => (event.event === 'message-dropped' ? [event.cause] : []));
    expect(causes.toSorted()).toEqual(['1 frames', '3 frames']);
  });

  test('a broker survives garbage on every port', async () => {
    const broker = await freeBroker();
    const { seen } = await start('primary', [broker]);
    await seen('active');
    for (const port of [broker.publishPort, broker.subscribePort, broker.heartbeatPort]) {
      const socket = connect({ host: '127.0.0.1', port });
      onTestFinished(() => void socket.destroy());
      // How libzmq treats the connection is not tested: some bytes look to it like an early version of ZMTP.
      socket.on('error', ({ message }) => expect(message).toMatch(/ECONNRESET|EPIPE/));
      await new Promise((resolve) => socket.write(`GET / HTTP/1.1\r\n\r\n${'x'.repeat(100_000)}`, resolve));
    }
    const subscriber = subscriberTo(broker, `calc.square.request.1.${server}`);
    const publisher = publisherTo(broker);
    await subscriptionsUntil(publisher, (topic) => topic === `calc.square.request.1.${server}`);
    await publisher.send([`calc.square.request.1.${server}`, 'body']);
    expect(await subscriber.receive()).toHaveLength(2);
  });

  test('the error of a broker names the port that it cannot bind', async () => {
    const broker = await freeBroker();
    await start('primary', [broker]);
    await expect(start('primary', [broker])).rejects.toThrow(`127.0.0.1:${broker.publishPort}`);
  });

  test('a broker whose rank is not in the list does not start', async () => {
    await expect(start('backup', [await freeBroker()])).rejects.toThrow(/no backup/);
  });
});

describe('two brokers', () => {
  test.each([
    ['primary', 'backup'],
    ['backup', 'primary'],
  ] as const)('two brokers started %s first become one active and one standby', async (first, second) => {
    const brokers = await freeBrokers();
    const started = { [first]: await start(first, brokers), [second]: await start(second, brokers) };
    await started.primary?.seen('active');
    expect(started.backup?.events.some(({ event }) => event === 'active')).toBe(false);
  });

  test('the backup takes over in the next epoch when the primary is gone', async () => {
    const brokers = await freeBrokers();
    const primary = await start('primary', brokers);
    const backup = await start('backup', brokers);
    await primary.seen('active');
    await primary.running.close();
    expect(await backup.seen('active')).toMatchObject({ epoch: 2 });
  });

  test('a broker that is told to end hands over before it stops', async () => {
    const brokers = await freeBrokers();
    const primary = await start('primary', brokers);
    const backup = await start('backup', brokers);
    await primary.seen('active');
    await primary.running.drain();
    expect(await backup.seen('active')).toMatchObject({ epoch: 2 });
    expect(primary.events.map(({ event }) => event)).toEqual(expect.arrayContaining(['draining', 'stopped']));
  });
});
