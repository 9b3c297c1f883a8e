import { describe, expect, onTestFinished, test } from 'vitest';
import * as zeromq from 'zeromq';
import { freePort } from '@cateto/cluster';
import type { EventLog } from './event-log.test-support.ts';
import { createEventLog } from './event-log.test-support.ts';
import { host, openSubscriber, openXPublisher } from './ours.test-support.ts';

/* Our sockets with libzmq's, in every pairing, in both directions of dialling. */

const dialling = ['libzmq dials', 'libzmq is dialled'] as const;

/** Connects the two in one direction or the other. */
async function link(
  how: (typeof dialling)[number],
  theirs: zeromq.Socket,
  ours: { dial(to: string, port: number): void; bind(to: string, port: number): Promise<void> },
): Promise<void> {
  onTestFinished(() => theirs.close());
  const port = await freePort();
  if (how === 'libzmq dials') {
    await ours.bind(host, port);
    theirs.connect(`tcp://${host}:${port}`);
  } else {
    await theirs.bind(`tcp://${host}:${port}`);
    ours.dial(host, port);
  }
}

/** Records what libzmq's socket receives. A bound socket accepts no peer before it is read. */
function heardBy(theirs: zeromq.Subscriber | zeromq.XSubscriber): EventLog<string> {
  const log = createEventLog<string>();
  void readAll(theirs as zeromq.Subscriber, log);
  return log;
}

async function readAll(theirs: zeromq.Subscriber, log: EventLog<string>): Promise<void> {
  try {
    for await (const frames of theirs) log.add(text(frames));
  } catch (error) {
    // The read that was pending when the socket was closed.
    if (!theirs.closed) throw error;
  }
}

const text = (frames: readonly Buffer[]): string => frames.map((frame) => frame.toString('latin1')).join(': ');

describe.each(dialling)('%s', (how) => {
  test('libzmq’s SUB subscribes at our XPUB, gets its messages, and our XPUB reports its end', async () => {
    const { socket, log } = openXPublisher();
    const theirs = new zeromq.Subscriber({ linger: 0 });
    const heard = heardBy(theirs);
    theirs.subscribe('a.');
    await link(how, theirs, socket);
    await log.until((said) => said.includes('+a.'));
    socket.send('b.1', Buffer.from('not asked for'));
    socket.send('a.1', Buffer.from('small'));
    socket.send('a.2', Buffer.alloc(300_000, 'large'));
    await heard.until((all) => all.length === 2);
    expect(heard.all).toEqual(['a.1: small', `a.2: ${'large'.repeat(60_000)}`]);
    theirs.subscribe('c');
    theirs.unsubscribe('a.');
    await log.until((said) => said.includes('-a.'));
    theirs.close();
    await log.until((said) => said.includes('-c'));
    expect(log.all).toEqual(['+a.', '+c', '-a.', '-c']);
  });

  test('libzmq’s XSUB subscribes at our XPUB, and its other messages are dropped', async () => {
    const { socket, log } = openXPublisher();
    const theirs = new zeromq.XSubscriber({ linger: 0 });
    const heard = heardBy(theirs);
    await link(how, theirs, socket);
    await theirs.send('\x01a');
    await log.until((said) => said.includes('+a'));
    socket.send('a', Buffer.from('body'));
    await heard.until((all) => all.includes('a: body'));
    await theirs.send('a message');
    await theirs.send('\0a');
    await log.until((said) => said.includes('-a'));
    expect(log.all).toEqual(['+a', 'dropped: no subscription', '-a']);
  });

  test.each(['SUB', 'XSUB'] as const)(
    'libzmq’s XPUB receives the subscriptions of our %s, and our %s receives its messages',
    async (type) => {
      const { socket, log } = openSubscriber({ type });
      socket.subscribe('a.');
      const theirs = new zeromq.XPublisher({ linger: 0, immediate: true });
      await link(how, theirs, socket);
      expect(text(await theirs.receive())).toBe('\x01a.');
      await theirs.send(['b.1', 'not asked for']);
      await theirs.send(['a.1', 'body']);
      await theirs.send(['a.2']);
      await theirs.send(['a.3', 'body', 'more']);
      await log.until((said) => said.length === 4);
      expect(log.all).toEqual(['connected', 'a.1: body', 'dropped: 1 frames', 'dropped: 3 frames']);
      socket.subscribe('c');
      expect(text(await theirs.receive())).toBe('\x01c');
      socket.unsubscribe('a.');
      expect(text(await theirs.receive())).toBe('\0a.');
      await socket.close(0);
      expect(text(await theirs.receive())).toBe('\0c');
    },
  );

  test.each(['SUB', 'XSUB'] as const)('our %s receives the messages of libzmq’s PUB', async (type) => {
    const { socket, log } = openSubscriber({ type });
    socket.subscribe('a');
    const theirs = new zeromq.Publisher({ linger: 0 });
    await link(how, theirs, socket);
    await log.until((said) => said.includes('connected'));
    // A PUB does not report when it has processed a subscription.
    while (!log.all.includes('a: body')) {
      await theirs.send(['a', 'body']);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

test('an idle SUB that sends PINGs stays connected for several times its timeout', async () => {
  const sent = createEventLog<'pong'>();
  const { socket, log } = openXPublisher({
    // Each message is flushed alone; nothing else is sent.
    flushSoon(run) {
      run();
      sent.add('pong');
    },
  });
  const theirs = new zeromq.Subscriber({
    linger: 0,
    heartbeatInterval: 50,
    heartbeatTimeout: 200,
    heartbeatTimeToLive: 200,
  });
  theirs.subscribe('a');
  await link('libzmq dials', theirs, socket);
  let broken = 0;
  theirs.events.on('disconnect', () => (broken += 1));
  await sent.until((pongs) => pongs.length === 16);
  expect(broken).toBe(0);
  expect(log.all).toEqual(['+a']);
});

test('a process that stood still does not drop peers for the time of its standstill', async () => {
  const heartbeat = { intervalMs: 50, silenceMs: 200, ttlMs: 0 };
  const { socket, log } = openXPublisher({ heartbeat });
  // libzmq sends PINGs from a thread of its own, and has a long timeout.
  const theirs = new zeromq.Subscriber({
    linger: 0,
    heartbeatInterval: 50,
    heartbeatTimeout: 10_000,
    heartbeatTimeToLive: 200,
  });
  theirs.subscribe('a');
  await link('libzmq dials', theirs, socket);
  await log.until((said) => said.includes('+a'));
  const untilMs = performance.now() + 600;
  while (performance.now() < untilMs);
  theirs.subscribe('b');
  await log.until((said) => said.includes('+b'));
  expect(log.all).toEqual(['+a', '+b']);
});
