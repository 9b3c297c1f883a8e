import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '@cateto/cluster';
import { commandFlag, moreFlag } from '../frame-reader.ts';
import { closed } from './loopback.test-support.ts';
import { host, openXPublisher } from './ours.test-support.ts';
import { rawPeer } from './raw-peer.test-support.ts';

/** An XPublisher, and raw peers that send what the test says. */
async function setUp(options?: Parameters<typeof openXPublisher>[0]) {
  const port = await freePort();
  const publisher = openXPublisher(options);
  await publisher.socket.bind(host, port);
  return {
    ...publisher,
    async peer() {
      const socket = connect({ host, port });
      socket.on('error', () => socket.destroy());
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      const raw = rawPeer(socket);
      raw.shakeHands('SUB');
      return { ...raw, socket };
    },
  };
}

test('the first subscriber of a prefix and the end of the last one are reported, from commands and from messages', async () => {
  const { log, peer } = await setUp();
  const [one, two] = [await peer(), await peer()];
  one.frame(commandFlag, '\x09SUBSCRIBEa');
  await log.until((said) => said.includes('+a'));
  two.frame(0, '\x01a');
  two.frame(0, '\x01b');
  await log.until((said) => said.includes('+b'));
  one.frame(0, '\0a');
  one.frame(0, '\x01c');
  await log.until((said) => said.includes('+c'));
  two.frame(commandFlag, '\x06CANCELa');
  await log.until((said) => said.includes('-a'));
  expect(log.all).toEqual(['+a', '+b', '+c', '-a']);
});

test('the subscriptions of a lost peer end, and those that are to be reported first come first', async () => {
  const { log, peer } = await setUp({ isFirst: (prefix) => prefix === 'marker' });
  const [one, two] = [await peer(), await peer()];
  for (const prefix of ['a', 'shared', 'b', 'marker', 'c']) one.frame(0, `\x01${prefix}`);
  await log.until((said) => said.includes('+c'));
  two.frame(0, '\x01shared');
  two.frame(0, '\x01d');
  await log.until((said) => said.includes('+d'));
  one.socket.destroy();
  await log.until((said) => said.includes('-c'));
  expect(log.all.slice(6)).toEqual(['-marker', '-a', '-b', '-c']);
});

test('a peer has a bounded number of subscriptions, and may add more after it ends some', async () => {
  const { log, peer } = await setUp({ subscriptionsMax: 2 });
  const [one, two] = [await peer(), await peer()];
  for (const said of ['\x01a', '\x01b', '\x01c', '\0a', '\x01d']) one.frame(0, said);
  await log.until((said) => said.includes('+d'));
  expect(log.all).toEqual(['+a', '+b', 'refused: more subscriptions than a peer may have', '-a', '+d']);
  two.frame(0, '\x01e');
  await log.until((said) => said.includes('+e'));
});

test('a prefix longer than any topic is refused, and one of exactly that length is accepted', async () => {
  const { log, peer } = await setUp({ prefixBytesMax: 4 });
  const one = await peer();
  for (const said of ['\x0112345', '\x0012345', '\x011234']) one.frame(0, said);
  one.frame(commandFlag, '\x09SUBSCRIBE12345');
  one.frame(0, '\x01end');
  await log.until((said) => said.includes('+end'));
  const why = 'refused: a subscription longer than any topic';
  expect(log.all).toEqual([why, '+1234', why, '+end']);
});

test('anything but a subscription is dropped', async () => {
  const { log, peer } = await setUp();
  const one = await peer();
  one.frame(0, '');
  one.frame(0, '\x02a');
  one.frame(moreFlag, '\x01a');
  one.frame(0, 'more');
  one.frame(0, '\x01');
  await log.until((said) => said.includes('+'));
  expect(log.all).toEqual([...Array<string>(3).fill('dropped: no subscription'), '+']);
});

test('a peer that subscribed twice gets a message once, and other peers do not get it', async () => {
  const { log, peer, socket } = await setUp();
  const [one, two] = [await peer(), await peer()];
  for (const said of ['\x01a', '\x01a.b', '\x01']) one.frame(0, said);
  two.frame(0, '\x01a.c');
  await log.until((said) => said.length === 4);
  socket.send('a.b', Buffer.from('1'));
  socket.send('a.c', Buffer.from('2'));
  await one.heard.until((heard) => heard.length === 5);
  await two.heard.until((heard) => heard.length === 3);
  expect(one.heard.all.slice(1)).toEqual(['a.b', '1', 'a.c', '2']);
  expect(two.heard.all.slice(1)).toEqual(['a.c', '2']);
});

test('a peer that does not read loses messages, and the others do not', async () => {
  const { log, peer, socket, lost } = await setUp({ unsentBytesMax: 1_000_000 });
  const [one, two] = [await peer(), await peer()];
  one.socket.pause();
  one.frame(0, '\x01a');
  await log.until((said) => said.includes('+a'));
  two.frame(0, '\x01a');
  two.frame(0, '\x01b');
  await log.until((said) => said.includes('+b'));
  let sent = 0;
  while (lost() < 10) {
    socket.send('a', Buffer.alloc(100_000));
    sent += 1;
    await two.heard.until((heard) => heard.length === 1 + 2 * sent);
  }
  expect(two.socket.destroyed).toBe(false);
});

test('while two peers forward messages, only the bytes for the faster one count as unsent', async () => {
  const { log, peer, socket } = await setUp({
    unsentBytesMax: 100_000_000,
    isFirst: (prefix) => prefix.startsWith('marker'),
  });
  const [one, two] = [await peer(), await peer()];
  one.socket.pause();
  for (const prefix of ['marker 1', 'a']) one.frame(0, `\x01${prefix}`);
  await log.until((said) => said.includes('+a'));
  while (socket.unsentBytes() < 1_000_000) {
    socket.send('a', Buffer.alloc(100_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const prefix of ['a', 'marker 2']) two.frame(0, `\x01${prefix}`);
  await log.until((said) => said.includes('+marker 2'));
  expect(socket.unsentBytes()).toBe(0);
  two.frame(0, '\0marker 2');
  await log.until((said) => said.includes('-marker 2'));
  expect(socket.unsentBytes()).toBeGreaterThanOrEqual(1_000_000);
});

test('a peer may have many topics and few prefixes, and is cut off when it goes on', async () => {
  const { log, peer } = await setUp({ isTopic: (prefix) => prefix.startsWith('topic') });
  const one = await peer();
  for (let count = 0; count < 100; count += 1) one.frame(commandFlag, `\x09SUBSCRIBEtopic ${count}`);
  for (let count = 0; count < 32 + 17; count += 1) one.frame(commandFlag, `\x09SUBSCRIBEprefix ${count}`);
  await closed(one.socket);
  const refused = log.all.filter((said) => said.startsWith('refused'));
  expect(refused).toEqual(Array(17).fill('refused: more prefixes than an observer has'));
  expect(log.all.filter((said) => said.startsWith('+'))).toHaveLength(132);
});

test('a peer that ends a prefix may have another one', async () => {
  const { log, peer } = await setUp({ isTopic: () => false });
  const one = await peer();
  for (let count = 0; count < 100; count += 1) {
    one.frame(commandFlag, `\x09SUBSCRIBEprefix ${count}`);
    one.frame(commandFlag, `\x06CANCELprefix ${count}`);
  }
  await log.until((said) => said.includes('-prefix 99'));
  expect(log.all.filter((said) => !/^[+-]/.test(said))).toEqual([]);
});

test('when all peers together have too many subscriptions, the one with the most is cut off', async () => {
  const { log, peer } = await setUp({ subscriptionsTotalMax: 10 });
  const [few, many] = [await peer(), await peer()];
  few.frame(0, '\x01few');
  await log.until((said) => said.includes('+few'));
  for (let count = 1; count <= 10; count += 1) many.frame(0, `\x01many ${count}`);
  await closed(many.socket);
  await log.until((said) => said.includes('-many 1'));
  few.frame(0, '\x01more');
  await log.until((said) => said.includes('+more'));
  expect(log.all).toContain('dropped: more subscriptions than all peers may have');
  expect(log.all).not.toContain('-few');
});

test('a peer that subscribes and unsubscribes without end is cut off', async () => {
  const { log, peer } = await setUp({ allowance: { burst: 100, perSecond: 10 } });
  const [commands, messages] = [await peer(), await peer()];
  for (let count = 0; count < 60; count += 1) {
    commands.frame(commandFlag, '\x09SUBSCRIBEa');
    commands.frame(commandFlag, '\x06CANCELa');
    messages.frame(0, '\x01b');
    messages.frame(0, '\0b');
  }
  await Promise.all([closed(commands.socket), closed(messages.socket)]);
  const why = 'dropped: more commands and subscriptions than a peer may send';
  expect(log.all.filter((said) => said === why)).toHaveLength(2);
});
