import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openEndpoint } from './http-endpoint.ts';

const observed = {
  notReady: () => undefined,
  exposition: { type: 'text/plain; version=0.0.4', text: () => Promise.resolve('cateto_ready 1\n') },
  connectionsRefused: () => undefined,
};
const loopback = { host: '127.0.0.1', port: 0 };

async function endpoint(more: { readonly token?: string; readonly notReady?: () => string | undefined } = {}) {
  const { token, notReady = () => undefined } = more;
  const { url } = await openEndpoint({ address: loopback, token }, { ...observed, notReady });
  return url;
}

/** A connection that this test closes. */
async function raw(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  // The endpoint may reset it.
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function statusOf(url: string, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init);
  await response.text();
  return response.status;
}

test('a live process answers 200 on /livez and /healthz, whether it is ready or not', async () => {
  const url = await endpoint({ notReady: () => 'no broker' });
  expect([await statusOf(`${url}/livez`), await statusOf(`${url}/healthz?verbose`)]).toEqual([200, 200]);
});

test('a process that is not ready answers 503 on /readyz with one line that says why, and 200 when it is', async () => {
  let why: string | undefined = 'no active broker is reached';
  const url = await endpoint({ notReady: () => why });
  const response = await fetch(`${url}/readyz`);
  expect([response.status, await response.text()]).toEqual([503, 'no active broker is reached\n']);
  why = undefined;
  expect(await statusOf(`${url}/readyz`)).toBe(200);
});

test('a request without the token learns whether the process is ready, and not why', async () => {
  const url = await endpoint({ token: 'a-token-of-16-characters', notReady: () => 'no broker' });
  const answers = ['', 'Bearer a-token-of-16-character', 'Bearer a-token-of-16-characters'].map(async (authorization) =>
    (await fetch(`${url}/readyz`, { headers: { authorization } })).text(),
  );
  expect(await Promise.all(answers)).toEqual(['not ready\n', 'not ready\n', 'no broker\n']);
});

test('the numbers of the process need the token, if there is one', async () => {
  const url = await endpoint({ token: 'a-token-of-16-characters' });
  const refused = await fetch(`${url}/metrics`);
  expect([refused.status, await refused.text()]).toEqual([401, 'give the token\n']);
  const given = await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer a-token-of-16-characters' } });
  expect([given.status, given.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4']);
  expect(await given.text()).toBe('cateto_ready 1\n');
});

test('unknown paths and other methods are refused, and HEAD gets no body', async () => {
  const url = await endpoint();
  expect([await statusOf(url), await statusOf(`${url}/livez`, { method: 'POST', body: 'x' })]).toEqual([404, 405]);
  const head = await fetch(`${url}/livez`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', '']);
});

test.each([
  ['bytes that are no HTTP', Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0x13, 0x37]), /^HTTP\/1.1 400 /],
  ['a header without an end', Buffer.from(`GET /livez HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`), /^HTTP\/1.1 431 /],
  [
    'two lengths',
    Buffer.from('GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'),
    /^HTTP\/1.1 400 /,
  ],
])('%s: the connection is refused and closed, and the endpoint continues', async (_what, bytes, refused) => {
  const url = await endpoint();
  const socket = await raw(url);
  socket.write(bytes);
  expect(await text(socket)).toMatch(refused);
  expect(await statusOf(`${url}/livez`)).toBe(200);
});

test('a client that sends its request byte by byte is cut off', async () => {
  const url = await endpoint();
  const socket = await raw(url);
  socket.write('GET /livez HTTP/1.1\r\nx: ');
  const writing = setInterval(() => socket.write('x'), 100);
  onTestFinished(() => clearInterval(writing));
  expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /);
});

test('a client that sends nothing is cut off', async () => {
  const url = await endpoint();
  const socket = await raw(url);
  expect(await text(socket)).toMatch(/^(?:HTTP\/1.1 408 .*)?$/s);
});

test('two hundred silent connections keep no request from being answered, and only some stay open', async () => {
  const url = await endpoint();
  const sockets = await Promise.all(Array.from({ length: 200 }, () => raw(url)));
  expect(await statusOf(`${url}/livez`)).toBe(200);
  const first = sockets.slice(0, 200 - 64).filter((socket) => !socket.closed);
  await Promise.all(first.map((socket) => once(socket.resume(), 'close')));
  expect(sockets.filter((socket) => !socket.closed).length).toBeLessThanOrEqual(64);
});

test('a connection that is used again is kept before silent ones', async () => {
  const url = await endpoint();
  const used = await raw(url);
  const request = 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n';
  const ask = async (): Promise<string> => {
    used.write(request);
    return String((await once(used, 'data'))[0]);
  };
  await ask();
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(Array.from({ length: 40 }, () => raw(url)));
    expect(await ask()).toMatch(/^HTTP\/1.1 200 /);
  }
});

test('an address that cannot be bound is named with the reason', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const opening = openEndpoint({ address: { host: '127.0.0.1', port }, token: undefined }, observed);
  await expect(opening).rejects.toThrow(`cannot answer HTTP on 127.0.0.1:${port}: listen EADDRINUSE`);
});
