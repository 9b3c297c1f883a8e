import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from '@cateto/cluster';
import { expect, onTestFinished, test } from 'vitest';
import * as zeromq from 'zeromq';
import { createBeatPublisher } from '../beat-publisher.ts';
import { createBeatSubscriber } from '../beat-subscriber.ts';
import { commandFlag, moreFlag } from '../frame-reader.ts';
import { createEventLog } from './event-log.test-support.ts';
import { closed } from './loopback.test-support.ts';
import { nodeNetwork } from './network.ts';
import { common, host } from './ours.test-support.ts';
import { rawPeer } from './raw-peer.test-support.ts';

async function publishing() {
  const port = await freePort();
  const dropped = createEventLog<string>();
  const publisher = createBeatPublisher(nodeNetwork, common, { dropped: (cause) => dropped.add(cause) });
  onTestFinished(() => publisher.close(0));
  await publisher.bind(host, port);
  // A beat every few milliseconds, as a broker sends them.
  const timer = setInterval(() => publisher.send(Buffer.from('beat')), 5);
  onTestFinished(() => clearInterval(timer));
  return { port, dropped };
}

async function rawTo(port: number) {
  const socket = connect({ host, port });
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const raw = rawPeer(socket);
  raw.shakeHands('SUB');
  return { ...raw, socket };
}

test('libzmq’s SUB receives beats as messages of one frame', async () => {
  const { port } = await publishing();
  const subscriber = new zeromq.Subscriber({ linger: 0 });
  onTestFinished(() => subscriber.close());
  subscriber.connect(`tcp://${host}:${port}`);
  subscriber.subscribe();
  expect((await subscriber.receive()).map(String)).toEqual(['beat']);
});

test('our subscriber receives beats as messages of one frame', async () => {
  const { port } = await publishing();
  const heard = createEventLog<string>();
  const subscriber = createBeatSubscriber(nodeNetwork, common, { heard: (beat) => heard.add(String(beat)) });
  onTestFinished(() => subscriber.close(0));
  subscriber.dial(host, port);
  await heard.until((all) => all.length > 2);
  expect(heard.all[0]).toBe('beat');
});

test('a peer of ZMTP 3.0 receives beats after its subscription, and none after it has ended it', async () => {
  const { port } = await publishing();
  const { frame, heard } = await rawTo(port);
  frame(0, '\x01');
  await heard.until((all) => all.includes('beat'));
  frame(0, '\0');
  frame(commandFlag, '\x04PING\0\0ended');
  await heard.until((all) => all.includes('<PONGended>'));
  const before = heard.all.length;
  frame(commandFlag, '\x04PING\0\0later');
  await heard.until((all) => all.includes('<PONGlater>'));
  expect(heard.all.length - before).toBe(1);
});

test('subscriptions that no listener has are not stored, and their sender is cut off after a few', async () => {
  const { port, dropped } = await publishing();
  const { frame, socket } = await rawTo(port);
  for (let count = 0; count < 17; count += 1) frame(commandFlag, `\x09SUBSCRIBEtopic ${count}`);
  await closed(socket);
  expect(dropped.all.slice(0, 16)).toEqual(Array(16).fill('a subscription to some beats'));
  expect(dropped.all.at(-1)).toBe('a peer that sends what no participant sends');
});

test('a listener that sends messages is cut off after a few', async () => {
  const { port, dropped } = await publishing();
  const { frame, socket } = await rawTo(port);
  for (let count = 0; count < 9; count += 1) {
    frame(moreFlag, '\x01');
    frame(0, 'two frames');
    frame(0, 'no subscription');
  }
  await closed(socket);
  expect(dropped.all.slice(0, 16)).toEqual(Array(16).fill('no subscription'));
});
