import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '@cateto/cluster';
import { host, openXPublisher } from './ours.test-support.ts';
import { rawPeer } from './raw-peer.test-support.ts';

/** A publisher, and a subscriber that has stopped reading while bytes wait for it. */
async function setUp() {
  const port = await freePort();
  const publisher = openXPublisher();
  await publisher.socket.bind(host, port);
  const reader = connect({ host, port });
  reader.on('error', () => reader.destroy());
  onTestFinished(() => void reader.destroy());
  await once(reader, 'connect');
  const raw = rawPeer(reader);
  raw.shakeHands('SUB');
  raw.frame(0, '\x01a');
  await publisher.log.until((said) => said.includes('+a'));
  reader.pause();
  const body = new Uint8Array(1_000_000);
  // The kernels take a few megabytes.
  while (publisher.socket.unsentBytes() < body.length) publisher.socket.send('a', body);
  return { ...publisher, reader };
}

test('a publisher knows how many bytes wait for a peer, and is told when the peer has taken all', async () => {
  const { socket, drained, reader } = await setUp();
  expect(drained.all).toEqual([]);
  reader.resume();
  await drained.until((told) => told.includes(0));
  expect(socket.unsentBytes()).toBe(0);
});

test('bytes that wait for a peer do not wait any more when its connection is lost, and the publisher is told', async () => {
  const { socket, drained, reader } = await setUp();
  reader.destroy();
  await drained.until((told) => told.includes(0));
  expect(socket.unsentBytes()).toBe(0);
});
