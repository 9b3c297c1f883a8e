import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Connection, ConnectionOptions } from '../connection.ts';
import { speak } from '../connection.ts';
import { createEventLog } from './event-log.test-support.ts';
import { commandFlag, moreFlag } from '../frame-reader.ts';
import { writeGreeting as writeGreetingOf } from '../greeting.ts';
import type { SocketType } from '../metadata.ts';
import { nullMechanism } from '../mechanism.ts';
import type { Heartbeat } from '../liveness.ts';
import { closed, loopback } from './loopback.test-support.ts';
import { attach } from './network.ts';
import type { Peer } from '../peer.ts';
import { rawPeer } from './raw-peer.test-support.ts';

const tickMs = 50;
/** Our greeting, as Node's bytes. */
const writeGreeting = (): Buffer => Buffer.from(writeGreetingOf(nullMechanism, 'client'));
const quiet: Heartbeat = { intervalMs: 10_000, silenceMs: 10_000, ttlMs: 0 };

/** A connection that speaks ZMTP, whose time the test moves, and a raw peer that sends what the test says. */
async function setUp(
  heartbeat: Heartbeat = quiet,
  { nowMs = () => performance.now(), ...options }: Partial<ConnectionOptions> & { readonly nowMs?: () => number } = {},
) {
  const [near, far] = await loopback();
  const log = createEventLog<string>();
  const peers: Peer[] = [];
  const connectionOptions: ConnectionOptions = {
    type: 'XPUB',
    mechanism: nullMechanism,
    frameBytesMax: 1_000,
    unsentBytesMax: 100_000,
    prefixBytesMax: 8,
    stallMs: 10_000,
    heartbeat,
    handshakeMs: 1_000,
    tickMs,
    onDirty: (peer) => process.nextTick(() => peer.flush()),
    onFault: (what) => log.add(`fault: ${what}`),
    ...options,
  };
  const spoken: Connection[] = [];
  attach(
    near,
    (stream) => {
      const one = speak(stream, 'server', connectionOptions, {
        ready(peer) {
          peers.push(peer);
          log.add('ready');
        },
        message: (_peer, first, second, frames) => log.add(`${frames}: ${String(first)} ${String(second)}`),
        subscription: (_peer, prefix, subscribed, bytes) => log.add(`${subscribed ? '+' : '-'}${prefix} of ${bytes}`),
        closed: (_peer, ended) => log.add(ended ? 'closed: it ended' : 'closed'),
      });
      spoken.push(one);
      return one;
    },
    nowMs,
  );
  const [connection] = spoken;
  if (connection === undefined) throw new Error('not attached');
  near.on('data', (bytes: Buffer) => connection.heard(bytes, nowMs()));
  const tick = (times: number): void => {
    for (let time = 0; time < times; time += 1) connection.tick(nowMs());
  };
  return { near, far, raw: rawPeer(far), log, peers, connection, tick };
}

async function ready(
  heartbeat: Heartbeat = quiet,
  options: Partial<ConnectionOptions> & {
    readonly nowMs?: () => number;
    readonly other?: SocketType;
    readonly minor?: 0 | 1;
  } = {},
) {
  const { other = 'SUB', minor = 1, ...rest } = options;
  const all = await setUp(heartbeat, rest);
  all.raw.shakeHands(other, minor);
  await all.log.until((said) => said.includes('ready'));
  const [peer] = all.peers;
  if (peer === undefined) throw new Error('ready without a peer');
  return { ...all, peer };
}

describe('a handshake', () => {
  test('a handshake that takes more than a second is cut off and not reported as a peer', async () => {
    const { near, far, log, tick } = await setUp();
    tick(20);
    expect(near.destroyed).toBe(false);
    tick(1);
    await closed(far);
    expect(log.all).toEqual([]);
  });

  test('a handshake that arrives byte by byte too slowly is cut off', async () => {
    const { near, far, log, tick } = await setUp();
    for (const byte of writeGreeting().subarray(0, 21)) {
      far.write(Buffer.of(byte));
      await once(near, 'data');
      tick(1);
    }
    await closed(far);
    expect(log.all).toEqual([]);
  });

  test.each([
    ['another protocol', (raw: string) => raw, 'not ZMTP'],
    ['a message first', () => `${writeGreeting().toString('latin1')}\0\x01a`, 'a message before the handshake'],
    [
      'a lot',
      () => `${writeGreeting().toString('latin1')}\x06${'\0'.repeat(6)}\x23\0${'x'.repeat(8_960)}`,
      'a handshake above the limit',
    ],
    [
      'another type',
      () => `${writeGreeting().toString('latin1')}\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04XPUB`,
      'a type of socket that does not fit',
    ],
  ])('a handshake with %s is cut off', async (_what, bytes, fault) => {
    const { far, log } = await setUp(quiet, { frameBytesMax: 100_000 });
    // Correct bytes later in the same chunk do not help.
    const good = '\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03SUB';
    far.write(`${bytes('GET / HTTP/1.1\r\n\r\n')}${good}`, 'latin1');
    await closed(far);
    expect(log.all).toEqual([`fault: ${fault}`]);
  });

  test('a handshake that arrives byte by byte is understood', async () => {
    const { near, far, log } = await setUp();
    const said = `${writeGreeting().toString('latin1')}\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03SUB\x04\x0b\x09SUBSCRIBEa`;
    for (const byte of Buffer.from(said, 'latin1')) {
      far.write(Buffer.of(byte));
      await once(near, 'data');
    }
    expect(log.all).toEqual(['ready', '+a of 1']);
  });
});

describe('a peer', () => {
  test('the silence of a peer is counted from the end of a slow handshake', async () => {
    const { near, raw, log, tick } = await setUp({ ...quiet, silenceMs: 500 });
    tick(15);
    raw.shakeHands('SUB');
    await log.until((said) => said.includes('ready'));
    tick(10);
    expect(near.destroyed).toBe(false);
    tick(1);
    expect(near.destroyed).toBe(true);
  });

  test('a peer whose PING had a time to live is dropped when it is silent for that time', async () => {
    const { near, log, raw, tick } = await ready();
    raw.frame(commandFlag, '\x04PING\0\x02context');
    await raw.heard.until((heard) => heard.includes('<PONGcontext>'));
    tick(4);
    expect(near.destroyed).toBe(false);
    tick(1);
    await log.until((said) => said.includes('closed'));
    expect(log.all).toEqual(['ready', 'closed']);
  });

  test('a peer that sends any bytes is not dropped', async () => {
    const { near, raw, tick, log } = await ready();
    raw.frame(commandFlag, '\x04PING\0\x02');
    for (let times = 1; times < 4; times += 1) {
      raw.frame(0, 'life');
      await log.until((said) => said.length === times + 1);
      tick(4);
      expect(near.destroyed).toBe(false);
    }
  });

  test('a peer that withdraws its time to live is dropped after our own limit', async () => {
    const { near, raw, tick } = await ready({ ...quiet, silenceMs: 500 });
    raw.frame(commandFlag, '\x04PING\0\x01first');
    raw.frame(commandFlag, '\x04PING\0\0second');
    await raw.heard.until((heard) => heard.includes('<PONGsecond>'));
    tick(10);
    expect(near.destroyed).toBe(false);
    tick(1);
    expect(near.destroyed).toBe(true);
  });

  test('a peer is pinged each interval, and the PING has its time to live', async () => {
    const { raw, tick } = await ready({ intervalMs: 100, silenceMs: 10_000, ttlMs: 300 });
    tick(5);
    await raw.heard.until((heard) => heard.length === 3);
    expect(raw.heard.all.slice(1)).toEqual(['<PING\0\x03>', '<PING\0\x03>']);
  });

  test('after a message was sent, the peer is pinged sooner and given up sooner, until it answers the PING', async () => {
    const heartbeat = { ...quiet, unconfirmed: { intervalMs: 100, silenceMs: 300 } };
    const { near, raw, tick, peer, log } = await ready(heartbeat);
    tick(100);
    expect(near.destroyed).toBe(false);
    peer.send('topic', Buffer.from('body'));
    tick(2);
    await raw.heard.until((heard) => heard.includes('<PING\0\0>'));
    raw.frame(commandFlag, '\x04PONG');
    raw.frame(0, 'life');
    await log.until((said) => said.length === 2);
    tick(100);
    expect(near.destroyed).toBe(false);
    expect(raw.heard.all).toHaveLength(4);
    peer.send('topic', Buffer.from('body'));
    tick(6);
    // Any bytes are a sign of life, and confirm nothing.
    raw.frame(0, 'life');
    await log.until((said) => said.length === 3);
    tick(6);
    expect(near.destroyed).toBe(false);
    tick(1);
    expect(near.destroyed).toBe(true);
  });

  test('a peer that is given up gets a reset, and nothing that was still in flight', async () => {
    const { far, peer, tick } = await ready(quiet, { unsentBytesMax: 10_000_000 });
    far.pause();
    while (peer.send('topic', Buffer.alloc(10_000)));
    const errors: unknown[] = [];
    far.on('error', ({ code }: NodeJS.ErrnoException) => void errors.push(code));
    tick(quiet.silenceMs / tickMs + 1);
    far.resume();
    await closed(far);
    expect(errors).toEqual(['ECONNRESET']);
  });

  test('a peer that sends is not pinged if only silent peers are to be', async () => {
    const { raw, tick, log } = await ready({ intervalMs: 100, silenceMs: 10_000, ttlMs: 0, onlyIfSilent: true });
    for (let times = 1; times <= 4; times += 1) {
      raw.frame(0, 'life');
      await log.until((said) => said.length === times + 1);
      tick(1);
    }
    raw.frame(commandFlag, '\x04PING\0\0mark');
    await raw.heard.until((heard) => heard.includes('<PONGmark>'));
    expect(raw.heard.all.slice(1)).toEqual(['<PONGmark>']);
    tick(2);
    await raw.heard.until((heard) => heard.includes('<PING\0\0>'));
  });

  test('a peer of ZMTP 3.0 gets no PING, is not given up, and gets subscriptions as messages', async () => {
    const { near, raw, tick, peer } = await ready(
      { intervalMs: 50, silenceMs: 100, ttlMs: 100 },
      { type: 'XSUB', other: 'XPUB', minor: 0 },
    );
    tick(100);
    expect(near.destroyed).toBe(false);
    peer.subscription('a', true);
    peer.subscription('a', false);
    await raw.heard.until((heard) => heard.length === 3);
    expect(raw.heard.all.slice(1)).toEqual(['\x01a', '\0a']);
  });

  test('a peer of ZMTP 3.1 gets subscriptions as commands', async () => {
    const { raw, peer } = await ready(quiet, { type: 'XSUB', other: 'XPUB' });
    peer.subscription('a', true);
    peer.subscription('a', false);
    await raw.heard.until((heard) => heard.length === 3);
    expect(raw.heard.all.slice(1)).toEqual(['<SUBSCRIBEa>', '<CANCELa>']);
  });

  test('a peer gets messages and subscriptions in the order in which they were sent', async () => {
    const { raw, peer } = await ready();
    peer.send('one', Buffer.from('1'));
    peer.subscription('a', true);
    peer.send('two', Buffer.from('2'));
    await raw.heard.until((heard) => heard.length === 6);
    expect(raw.heard.all.slice(1)).toEqual(['one', '1', '<SUBSCRIBEa>', 'two', '2']);
  });

  test('small amounts leave at the end of a turn, large ones at once', async () => {
    let turns = 0;
    const { near, peer } = await ready(quiet, { onDirty: () => void (turns += 1) });
    const before = near.bytesWritten;
    peer.send('topic', Buffer.alloc(100));
    expect([turns, near.bytesWritten]).toEqual([1, before]);
    for (let sent = 1; sent < 100; sent += 1) peer.send('topic', Buffer.alloc(100));
    expect(near.bytesWritten - before).toBeGreaterThan(8_000);
    expect(turns).toBe(1);
  });

  test('a message is reported with up to two frames, and with the number of its frames', async () => {
    const { raw, log } = await ready();
    raw.frame(0, 'alone');
    raw.frame(moreFlag, 'topic');
    // Commands may come between the frames of a message.
    raw.frame(commandFlag, '\x09SUBSCRIBEa');
    raw.frame(0, 'body');
    for (let frame = 0; frame < 1_000; frame += 1) raw.frame(moreFlag, String(frame));
    raw.frame(0, 'last');
    await log.until((said) => said.length === 5);
    expect(log.all).toEqual(['ready', '1: alone undefined', '+a of 1', '2: topic body', '1001: 0 1']);
  });

  test('a prefix is reported up to the longest allowed length, with its full length', async () => {
    const { raw, log } = await ready();
    raw.frame(commandFlag, `\x09SUBSCRIBE${'x'.repeat(100)}`);
    raw.frame(commandFlag, `\x06CANCEL12345678`);
    await log.until((said) => said.length === 3);
    expect(log.all.slice(1)).toEqual(['+xxxxxxxx of 100', '-12345678 of 8']);
  });

  test('a peer that sends too much at once is cut off, and nothing after that is read', async () => {
    const { raw, far, log } = await ready();
    raw.frame(0, 'good');
    far.write(Buffer.from('\x02\0\0\0\0\0\0\x03\xe9\0\x03bad', 'latin1'));
    await log.until((said) => said.includes('closed'));
    expect(log.all).toEqual(['ready', '1: good undefined', 'fault: a frame above the limit', 'closed']);
  });

  test('PINGs with a short time to live are answered at the next tick by one PONG, if the heartbeat says so', async () => {
    const closeWatch = { ttlMs: 1_000, intervalMs: 10_000 };
    const { raw, tick, log } = await ready({ ...quiet, pongsAtTick: true, closeWatch });
    for (const context of ['first', 'second']) raw.frame(commandFlag, `\x04PING\0\x02${context}`);
    raw.frame(commandFlag, '\x09SUBSCRIBEa');
    await log.until((said) => said.includes('+a of 1'));
    tick(1);
    raw.frame(commandFlag, '\x04PING\0\x02third');
    raw.frame(commandFlag, '\x09SUBSCRIBEb');
    await log.until((said) => said.includes('+b of 1'));
    expect(raw.heard.all).not.toContain('<PONGthird>');
    tick(1);
    await raw.heard.until((heard) => heard.includes('<PONGthird>'));
    expect(raw.heard.all.slice(1)).toEqual(['<PONGsecond>', '<PONGthird>']);
    // A peer with a long time to live measures the round trip.
    raw.frame(commandFlag, '\x04PING\0\x78fourth');
    await raw.heard.until((heard) => heard.includes('<PONGfourth>'));
  });

  test('a peer whose bytes arrive for a while, and that gets none, gets a PING', async () => {
    const { raw, tick, log } = await ready({ ...quiet, progressMs: 150 });
    await raw.heard.until((heard) => heard.length === 1);
    for (let times = 1; times <= 4; times += 1) {
      expect(raw.heard.all).toHaveLength(1);
      raw.frame(0, 'life');
      await log.until((said) => said.length === times + 1);
      tick(1);
    }
    await raw.heard.until((heard) => heard.includes('<PING\0\0>'));
    tick(10);
    raw.frame(commandFlag, '\x04PING\0\0mark');
    await raw.heard.until((heard) => heard.includes('<PONGmark>'));
    expect(raw.heard.all.slice(1)).toEqual(['<PING\0\0>', '<PONGmark>']);
  });

  test('a far peer is given up after four round trips, if these take longer than its silence may', async () => {
    let clockMs = 0;
    const heartbeat = { ...quiet, silenceMs: 200, firstPing: true };
    const { near, raw, tick, log } = await ready(heartbeat, { nowMs: () => clockMs });
    await raw.heard.until((heard) => heard.includes('<PING\0\0>'));
    clockMs = 100;
    raw.frame(commandFlag, '\x04PONG');
    raw.frame(0, 'life');
    await log.until((said) => said.length === 2);
    tick(8);
    expect(near.destroyed).toBe(false);
    tick(1);
    expect(near.destroyed).toBe(true);
  });

  test('a peer that sends PINGs without reading gets a bounded number of PONGs', async () => {
    const { near, far } = await ready();
    far.pause();
    const pings = Buffer.from('\x04\x17\x04PING\0\0' + 'c'.repeat(16), 'latin1');
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => pings));
    // More than the kernel buffers of the answers.
    for (let sent = 0; sent < 60; sent += 1) {
      await new Promise<void>((resolve) => far.write(many, () => resolve()));
    }
    expect(near.writableLength).toBeLessThan(200_000);
  });

  test('a peer that reads late loses what exceeds the bound, and gets the rest', async () => {
    const { far, raw, peer } = await ready(quiet, { unsentBytesMax: 100_000 });
    far.pause();
    let sent = 0;
    while (peer.send(String(sent), Buffer.alloc(500))) {
      peer.flush();
      sent += 1;
    }
    expect(peer.send('lost', Buffer.alloc(1))).toBe(false);
    far.resume();
    await raw.heard.until((heard) => heard.length === 1 + 2 * sent);
    expect(peer.send('again', Buffer.from('well'))).toBe(true);
    await raw.heard.until((heard) => heard.includes('well'));
    const topics = raw.heard.all.slice(1).filter((_frame, index) => index % 2 === 0);
    expect(topics).toEqual([...Array.from({ length: sent }, (_, index) => String(index)), 'again']);
  });

  test('a peer is cut off when a subscription for it would be lost', async () => {
    const { far, peer, log } = await ready(quiet, { unsentBytesMax: 1_000, type: 'XSUB', other: 'XPUB' });
    far.pause();
    while (peer.send('topic', Buffer.alloc(100_000))) peer.flush();
    expect(log.all).toEqual(['ready']);
    peer.subscription('a', true);
    await log.until((said) => said.includes('closed'));
  });
});

describe('a close', () => {
  const watched: Heartbeat = {
    ...quiet,
    onlyIfSilent: true,
    closeWatch: { ttlMs: 1_000, intervalMs: 100 },
    firstPing: true,
  };
  const isClosed = (said: readonly string[]): boolean => said.some((one) => one.startsWith('closed'));

  const pings = (heard: readonly string[]): string[] => heard.filter((one) => one === '<PING\0\0>');

  /** A peer whose PING has a time to live of 200 ms, and that has answered a PING or not. */
  async function watchedPeer(answers: boolean, ttl = '\x02') {
    let clockMs = 0;
    const all = await ready(watched, { nowMs: () => clockMs });
    all.raw.frame(commandFlag, `\x04PING\0${ttl}`);
    await all.raw.heard.until((heard) => heard.includes('<PONG>'));
    all.tick(2);
    await all.raw.heard.until((heard) => pings(heard).length === (ttl === '\x02' ? 2 : 1));
    if (answers) {
      all.raw.frame(commandFlag, '\x04PONG');
      all.raw.frame(0, 'said after it');
      await all.log.until((said) => said.some((one) => one.includes('said after it')));
    }
    return Object.assign(all, { pass: (ms: number) => (clockMs += ms) });
  }

  test('a close by a peer that has just answered a PING means that its process ended', async () => {
    const { far, log, pass } = await watchedPeer(true);
    pass(750);
    far.end();
    await log.until(isClosed);
    expect(log.all.at(-1)).toBe('closed: it ended');
  });

  test('a reset by a peer that has just answered a PING means that its process ended', async () => {
    const { far, log } = await watchedPeer(true);
    far.resetAndDestroy();
    await log.until(isClosed);
    expect(log.all.at(-1)).toBe('closed: it ended');
  });

  test('a close by a peer whose last answer is older than its time to live may come from a cut link', async () => {
    const { far, log, pass } = await watchedPeer(true);
    pass(751);
    far.end();
    await log.until(isClosed);
    expect(log.all.at(-1)).toBe('closed');
  });

  test('a close by a peer that has not answered may come from a cut link', async () => {
    const { far, log } = await watchedPeer(false);
    far.end();
    await log.until(isClosed);
    expect(log.all.at(-1)).toBe('closed');
  });

  test('a close by this side does not mean that the other process ended', async () => {
    const { log, peer } = await watchedPeer(true);
    peer.destroy();
    await log.until(isClosed);
    expect(log.all.at(-1)).toBe('closed');
  });

  test('a peer with a short time to live is pinged at its interval, and not at every tick', async () => {
    const { raw, tick } = await watchedPeer(false);
    tick(2);
    raw.frame(commandFlag, '\x04PING\0\x02later');
    await raw.heard.until((heard) => heard.includes('<PONGlater>'));
    expect(pings(raw.heard.all)).toHaveLength(3);
  });

  test('a peer with a long time to live is not pinged again after the first PING', async () => {
    const { raw, tick } = await watchedPeer(false, '\x78');
    tick(10);
    raw.frame(commandFlag, '\x04PING\0\x78later');
    await raw.heard.until((heard) => heard.includes('<PONGlater>'));
    expect(pings(raw.heard.all)).toHaveLength(1);
  });

  test('a close by a peer that answered the first PING and sent none itself means that its process ended', async () => {
    const { far, raw, log } = await ready(watched);
    await raw.heard.until((heard) => pings(heard).length === 1);
    raw.frame(commandFlag, '\x04PONG');
    far.end();
    await log.until(isClosed);
    expect(log.all.at(-1)).toBe('closed: it ended');
  });
});

test('sending to a peer that is gone does nothing and does not throw', async () => {
  const { peer, connection, tick, log } = await ready();
  peer.destroy();
  const behind = (): void => {
    peer.send('topic', Buffer.alloc(100_000));
    peer.subscription('a', true);
    peer.flush();
    tick(1);
    connection.end();
    peer.destroy();
  };
  behind();
  await log.until((said) => said.includes('closed'));
  behind();
  expect(log.all).toEqual(['ready', 'closed']);
});

test('ending a connection sends what waits first', async () => {
  const { far, raw, peer, connection, log } = await ready(quiet, { unsentBytesMax: 10_000_000 });
  far.pause();
  let sent = 0;
  while (peer.send('topic', Buffer.alloc(50_000))) sent += 1;
  connection.end();
  far.resume();
  await log.until((said) => said.includes('closed'));
  expect(raw.heard.all).toHaveLength(1 + 2 * sent);
});
