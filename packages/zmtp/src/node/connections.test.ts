import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Server, connect, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '@cateto/cluster';
import { createEventLog } from './event-log.test-support.ts';
import { closed } from './loopback.test-support.ts';
import { host, openSubscriber, openXPublisher } from './ours.test-support.ts';
import { rawPeer } from './raw-peer.test-support.ts';

async function bound(options?: Parameters<typeof openXPublisher>[0]) {
  const port = await freePort();
  const publisher = openXPublisher(options);
  await publisher.socket.bind(host, port);
  return { port, ...publisher };
}

async function dialled(port: number): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('dialling', () => {
  test('a socket dials until the other side listens, and again when the connection is lost', async () => {
    const port = await freePort();
    const { socket, log } = openSubscriber();
    socket.subscribe('a');
    socket.dial(host, port);
    for (let time = 1; time <= 3; time += 1) {
      const publisher = openXPublisher();
      await publisher.socket.bind(host, port);
      await publisher.log.until((said) => said.includes('+a'));
      publisher.socket.send('a', Buffer.from(String(time)));
      await log.until((said) => said.includes(`a: ${time}`));
      await publisher.socket.close(0);
    }
    expect(log.all).toEqual(['connected', 'a: 1', 'connected', 'a: 2', 'connected', 'a: 3']);
  });

  test('a socket tells why it does not reach the other side, and when it does', async () => {
    const port = await freePort();
    const told = createEventLog<string>();
    const onDialled = ({ port: to }: { readonly port: number }, fault: string | undefined): void =>
      told.add(`${to === port ? 'port' : 'other'}: ${fault}`);
    const { socket } = openSubscriber({ onDialled });
    socket.dial(host, port);
    await told.until((said) => said.includes(`port: connect ECONNREFUSED ${host}:${port}`));
    const silent = createServer((one) => one.destroy());
    silent.listen(port, host);
    await told.until((said) => said.includes('port: the connection ended before its handshake'));
    await new Promise((done) => void silent.close(done));
    const publisher = openXPublisher();
    await publisher.socket.bind(host, port);
    await told.until((said) => said.includes('port: undefined'));
  });

  test('a socket gives each handshake twice the time of the one before, up to the time for peers that dial', async () => {
    const told = createEventLog<string>();
    const { port } = await listening();
    const { socket } = openSubscriber({
      handshakeMs: 400,
      reconnecting: { intervalMs: 1, intervalMaxMs: 1, connectTimeoutMs: 1_000, handshakeMs: 100 },
      onDialled: (_to, fault) => told.add(String(fault)),
    });
    socket.dial(host, port);
    await told.until((said) => said.length === 4);
    expect(told.all).toEqual([100, 200, 400, 400].map((ms) => `no handshake for ${ms} ms`));
  });

  test('a socket tells why a connection was lost, and how long its round trips took', async () => {
    const told = createEventLog<string>();
    const { port, socket: publisher } = await bound();
    const { socket, log } = openSubscriber({
      heartbeat: { intervalMs: 5_000, silenceMs: 10_000, ttlMs: 0, firstPing: true },
      onBroken: (to, why) => told.add(`${to.port === port}: ${why}`),
      onRoundTrip: (to, { shortest, longest }) => told.add(`${to.port === port}: ${longest >= shortest}`),
    });
    socket.dial(host, port);
    await log.until((said) => said.includes('connected'));
    await told.until((said) => said.includes('true: true'));
    await publisher.close(0);
    await told.until((said) => said.includes('true: the other side or the network closed it'));
  });

  test('a socket that is cut off on every attempt dials again after growing waits', async () => {
    const times: number[] = [];
    const server = createServer((one) => {
      times.push(performance.now());
      one.destroy();
    });
    server.listen(0, host);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { socket, log } = openSubscriber({
      reconnecting: { intervalMs: 4, intervalMaxMs: 64, connectTimeoutMs: 1_000 },
    });
    socket.dial(host, (server.address() as { port: number }).port);
    while (times.length < 7) await once(server, 'connection');
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // At least half of 8, 16, 32, 64, 64, 64. Timers may be late, and early only by less than a millisecond.
    [4, 8, 16, 32, 32, 32].forEach((waitMs, index) => expect(waits[index]).toBeGreaterThan(waitMs - 2));
    expect(log.all).toEqual([]);
  });

  test('each new connection gets the current subscriptions, and last those that are to be last', async () => {
    const { socket } = openSubscriber({ isLast: (prefix) => prefix.startsWith('last') });
    for (const prefix of ['last.1', 'a', 'b', 'a']) socket.subscribe(prefix);
    const [first, second] = [await bound(), await bound()];
    socket.dial(host, first.port);
    await first.log.until((said) => said.length === 3);
    expect(first.log.all).toEqual(['+a', '+b', '+last.1']);
    socket.unsubscribe('a');
    socket.unsubscribe('a');
    socket.subscribe('c');
    socket.dial(host, second.port);
    await second.log.until((said) => said.includes('+last.1'));
    expect(second.log.all).toEqual(['+b', '+c', '+last.1']);
    expect(first.log.all).toEqual(['+a', '+b', '+last.1', '-a', '+c']);
  });
});

describe('listening', () => {
  test('a port in use is reported when binding', async () => {
    const { port } = await bound();
    const other = openXPublisher();
    await expect(other.socket.bind(host, port)).rejects.toThrow('EADDRINUSE');
    await other.socket.close(0);
  });

  test('a listening socket goes on after a connection could not be accepted', async () => {
    const { port, log } = await bound();
    const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
    const server = handles.find((one): one is Server => {
      const address = one instanceof Server ? one.address() : undefined;
      return typeof address === 'object' && address?.port === port;
    });
    // Node emits this error when it has no file handles left.
    server?.emit('error', new Error('accept ENFILE'));
    expect(log.all).toEqual(['dropped: accept ENFILE']);
    const { socket } = openSubscriber();
    socket.subscribe('a');
    socket.dial(host, port);
    await log.until((said) => said.includes('+a'));
  });
});

test('every connection of a socket is pinged as time passes', async () => {
  const { port } = await bound({ heartbeat: { intervalMs: 20, silenceMs: 10_000, ttlMs: 0 }, tickMs: 10 });
  for (let peer = 0; peer < 2; peer += 1) {
    const raw = rawPeer(await dialled(port));
    raw.shakeHands('SUB');
    await raw.heard.until((heard) => heard.includes('<PING\0\0>'));
  }
});

describe('closing', () => {
  test('a close sends what waits, and frees the port', async () => {
    const { port, socket, log } = await bound({ unsentBytesMax: 40_000_000 });
    const far = await dialled(port);
    const raw = rawPeer(far);
    raw.shakeHands('SUB');
    raw.frame(0, '\x01a');
    await log.until((said) => said.includes('+a'));
    far.pause();
    for (let sent = 0; sent < 300; sent += 1) socket.send('a', Buffer.alloc(100_000));
    const closing = socket.close(30_000);
    far.resume();
    await closing;
    expect(raw.heard.all).toHaveLength(1 + 2 * 300);
    const next = openXPublisher();
    await next.socket.bind(host, port);
  });

  test('a close waits for a peer that does not read no longer than its linger time', async () => {
    const { port, socket, log } = await bound();
    const far = await dialled(port);
    const raw = rawPeer(far);
    raw.shakeHands('SUB');
    raw.frame(0, '\x01a');
    await log.until((said) => said.includes('+a'));
    far.pause();
    for (let sent = 0; sent < 100; sent += 1) socket.send('a', Buffer.alloc(100_000));
    await socket.close(10);
    const next = openXPublisher();
    await next.socket.bind(host, port);
  });

  test('a close ends attempts that are in progress, waiting or in their handshake', async () => {
    const { port: silentPort, server } = await listening();
    const refusing = await freePort();
    const timers = timersRunning();
    const { socket, log } = openSubscriber({
      reconnecting: { intervalMs: 30_000, intervalMaxMs: 30_000, connectTimeoutMs: 30_000 },
    });
    const accepted = once(server, 'connection');
    for (let time = 0; time < 4; time += 1) socket.dial(host, refusing);
    socket.dial(host, silentPort);
    await accepted;
    // By then the other attempts have been refused.
    await dialled(silentPort);
    socket.dial(host, silentPort);
    await socket.close(30_000);
    expect(log.all).toEqual([]);
    expect(timersRunning()).toBeLessThanOrEqual(timers);
  });

  test('closing twice does the same as closing once, and the shorter linger time counts', async () => {
    const { port, socket, log } = await bound();
    const raw = rawPeer(await dialled(port));
    raw.shakeHands('SUB');
    raw.frame(0, '\x01a');
    await log.until((said) => said.includes('+a'));
    await Promise.all([socket.close(30_000), socket.close(0)]);
    await socket.close(0);
  });

  test('a socket that is closed while it binds frees its port, and its bind resolves', async () => {
    const port = await freePort();
    const { socket } = openXPublisher();
    const binding = socket.bind(host, port);
    await socket.close(0);
    const next = openXPublisher();
    await next.socket.bind(host, port);
    await binding;
  });

  test('a socket that is closed while it finds its port taken reports that, and is closed', async () => {
    const { port } = await bound();
    const { socket } = openXPublisher();
    const binding = socket.bind(host, port);
    await Promise.all([expect(binding).rejects.toThrow('EADDRINUSE'), socket.close(0)]);
  });

  test('a socket that is closed while it looks up a name is closed at once', async () => {
    const { socket, log } = openSubscriber();
    socket.dial('broker.invalid', 1);
    await socket.close(30_000);
    expect(log.all).toEqual([]);
  });

  test('a closed socket neither dials nor binds', async () => {
    const { port, log } = await bound();
    const { socket } = openSubscriber();
    socket.subscribe('a');
    await socket.close(0);
    socket.dial(host, port);
    const free = await freePort();
    await socket.bind(host, free);
    const next = openXPublisher();
    await next.socket.bind(host, free);
    // The connection that this socket would have made comes before that of another.
    const other = openSubscriber();
    other.socket.subscribe('b');
    other.socket.dial(host, port);
    await log.until((said) => said.length > 0);
    expect(log.all).toEqual(['+b']);
  });
});

function timersRunning(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

/** A port that accepts connections and sends nothing. */
async function listening(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((one) => one.on('error', () => one.destroy()).resume());
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as { port: number }).port, server };
}

describe('what strangers may cost', () => {
  test('peers that leave messages incomplete are cut off when all of them hold too much, the largest first', async () => {
    const { port, log } = await bound({ heldTotalBytesMax: 600_000 });
    const raws = [];
    for (const kilobytes of [100, 400, 300]) {
      const socket = await dialled(port);
      const raw = rawPeer(socket);
      raw.shakeHands('SUB');
      await raw.heard.until((all) => all.length > 0);
      const head = Buffer.of(2, 0, 0, 0, 0, 0, 0x0f, 0xff, 0xff);
      socket.write(Buffer.concat([head, Buffer.alloc(kilobytes * 1_000)]));
      raws.push(socket);
    }
    await log.until((said) => said.includes('dropped: more incomplete messages than all peers may send'));
    const [, largest] = raws;
    if (largest?.closed === false) await closed(largest);
    expect(raws.map((one) => one.closed)).toEqual([false, true, false]);
  });

  test('peers that read nothing are cut off when too many bytes wait for all of them', async () => {
    const { port, socket, log } = await bound({ unsentTotalBytesMax: 4_000_000 });
    const raws = [];
    for (const topic of ['a', 'b']) {
      const one = await dialled(port);
      const raw = rawPeer(one);
      raw.shakeHands('SUB');
      raw.frame(0, `\x01${topic}`);
      await log.until((said) => said.includes(`+${topic}`));
      one.pause();
      raws.push(one);
    }
    while (!log.all.includes('dropped: more bytes than may wait for all peers')) {
      socket.send('a', Buffer.alloc(10_000));
      socket.send('b', Buffer.alloc(15_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await log.until((said) => said.includes('-b'));
    expect(log.all).not.toContain('-a');
  });

  test('a peer that reads nothing is given up after a while, even if it sends all the time', async () => {
    const { port, socket, log } = await bound({ stallMs: 200 });
    const one = await dialled(port);
    const raw = rawPeer(one);
    raw.shakeHands('SUB', 0);
    raw.frame(0, '\x01a');
    await log.until((said) => said.includes('+a'));
    one.pause();
    const sending = setInterval(() => raw.frame(0, '\x01a'), 20);
    onTestFinished(() => clearInterval(sending));
    for (let sent = 0; sent < 100; sent += 1) socket.send('a', Buffer.alloc(100_000));
    await log.until((said) => said.includes('-a'));
  });

  test('the oldest handshake in progress makes room for the next one', async () => {
    const { port, log } = await bound({
      admission: { connectionsMax: 100, handshakesMax: 100, handshakesOfHostMax: 2 },
    });
    const [first, second, third] = [await dialled(port), await dialled(port), await dialled(port)];
    if (!first.closed) await closed(first);
    expect([second.closed, third.closed]).toEqual([false, false]);
    expect(log.all).toEqual(['dropped: more connections than may be open']);
  });

  test('a connection that is one too many is refused, and the others stay', async () => {
    const { port, log } = await bound({
      admission: { connectionsMax: 2, handshakesMax: 100, handshakesOfHostMax: 100 },
    });
    const kept = [await dialled(port), await dialled(port)];
    const refused = connect({ host, port });
    refused.on('error', () => refused.destroy());
    await closed(refused);
    const [one] = kept;
    const raw = one === undefined ? undefined : rawPeer(one);
    raw?.shakeHands('SUB');
    raw?.frame(0, '\x01a');
    await log.until((said) => said.includes('+a'));
    expect(kept.map((each) => each.closed)).toEqual([false, false]);
  });
});
