import type { BrokerEndpoint } from '@cateto/contracts';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freeBroker } from '../../broker/brokers.test-support.ts';
import { probePeer } from './peer-probe.ts';

const never = new AbortController().signal;

async function listenAt({ heartbeatPort }: BrokerEndpoint): Promise<Server> {
  const server = createServer();
  server.listen(heartbeatPort, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

test('a probe of a port without a listener reports a refusal', async () => {
  expect(await probePeer(await freeBroker(), never)).toBe('refused');
});

test('a probe of a process that hangs reports an accepted connection', async () => {
  const endpoint = await freeBroker();
  await listenAt(endpoint);
  expect(await probePeer(endpoint, never)).toBe('accepting');
});

test('a probe of a process that is killed meanwhile reports a refusal', async () => {
  const endpoint = await freeBroker();
  const server = await listenAt(endpoint);
  server.on('connection', (connection) => {
    server.close();
    connection.resetAndDestroy();
  });
  expect(await probePeer(endpoint, never)).toBe('refused');
});

test('a probe of a process that closes every connection reports an accepted connection', async () => {
  const endpoint = await freeBroker();
  const server = await listenAt(endpoint);
  let connections = 0;
  server.on('connection', (connection) => {
    connections += 1;
    connection.destroy();
  });
  expect(await probePeer(endpoint, never)).toBe('accepting');
  expect(connections).toBeLessThanOrEqual(8);
});

test('a cancelled probe reports nothing', async () => {
  expect(await probePeer(await freeBroker(), AbortSignal.abort())).toBe('unknown');
});
