import { describe, expect, onTestFinished, test } from 'vitest';
import * as zeromq from 'zeromq';
import { freePort } from '@cateto/cluster';
import type { EventLog } from './event-log.test-support.ts';
import { createEventLog } from './event-log.test-support.ts';
import { host, openSubscriber, openXPublisher } from './ours.test-support.ts';

/* Our sockets and libzmq's, in every pairing, whichever side dials. */

const dialling = ['libzmq dials', 'libzmq is dialled'] as const;

/** Connects the two, one way or the other. */
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

/** What it hears. A socket that is bound takes nobody in before it is read. */
function heardBy(theirs: zeromq.Subscriber | zeromq.XSubscriber): EventLog<string> {
  const log = createEventLog<string>();
  void readAll(theirs as zeromq.Subscriber, log);
  return log;
}

async function readAll(theirs: zeromq.Subscriber, log: EventLog<string>): Promise<void> {
  try {
    for await (const frames of theirs) log.add(text(frames));
  } catch (error) {
    // The read that was under way when the socket was closed.
    if (!theirs.closed) throw error;
  }
}

const text = (frames: readonly Buffer[]): string => frames.map((frame) => frame.toString('latin1')).join(': ');

describe.each(dialling)('%s', (how) => {
  test('its SUB asks our XPUB, gets what it asked for and is missed when it is gone', async () => {
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

  test('its XSUB asks our XPUB, and what it sends beside is dropped', async () => {
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

  test.each(['SUB', 'XSUB'] as const)('its XPUB hears what our %s asks for, and is heard', async (type) => {
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
  });

  test.each(['SUB', 'XSUB'] as const)('its PUB is heard by our %s', async (type) => {
    const { socket, log } = openSubscriber({ type });
    socket.subscribe('a');
    const theirs = new zeromq.Publisher({ linger: 0 });
    await link(how, theirs, socket);
    await log.until((said) => said.includes('connected'));
    // A PUB does not say when it has taken in a subscription.
    while (!log.all.includes('a: body')) {
      await theirs.send(['a', 'body']);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

test('a SUB that pings and is idle stays for several times its patience', async () => {
  const sent = createEventLog<'pong'>();
  const { socket, log } = openXPublisher({
    // Each is flushed alone: nothing else is sent.
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

test('a process that stood still drops nobody for what it did not hear meanwhile', async () => {
  const heartbeat = { intervalMs: 50, silenceMs: 200, ttlMs: 0 };
  const { socket, log } = openXPublisher({ heartbeat });
  // It pings from a thread of its own, and is patient.
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
