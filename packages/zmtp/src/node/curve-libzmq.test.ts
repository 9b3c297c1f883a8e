import { describe, expect, onTestFinished, test } from 'vitest';
import * as zeromq from 'zeromq';
import { freePort } from '@cateto/cluster';
import { z85Encode } from '@cateto/contracts';
import { clientKeys, clientMechanism, crypto, serverKeys, serverMechanism } from '../curve/keys.test-support.ts';
import { curveClient } from '../curve/mechanism.ts';
import type { EventLog } from './event-log.test-support.ts';
import { createEventLog } from './event-log.test-support.ts';
import { host, openSubscriber, openXPublisher } from './ours.test-support.ts';

/* Our sockets with libzmq's, with keys, in every pairing, each side as the client and as the server. */

const dialling = ['libzmq dials', 'libzmq is dialled'] as const;
type Dialling = (typeof dialling)[number];

interface Ours {
  dial(host: string, port: number): void;
  bind(host: string, port: number): Promise<void>;
}

async function link(how: Dialling, theirs: zeromq.Socket, ours: Ours): Promise<void> {
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

const ourMechanism = (how: Dialling) => (how === 'libzmq dials' ? serverMechanism() : clientMechanism);

/** The options of libzmq's socket. */
function keysOf(how: Dialling) {
  const own = how === 'libzmq dials' ? clientKeys : serverKeys;
  const common = { linger: 0, curvePublicKey: z85Encode(own.publicKey), curveSecretKey: z85Encode(own.secretKey) };
  return how === 'libzmq dials'
    ? { ...common, curveServerKey: z85Encode(serverKeys.publicKey) }
    : { ...common, curveServer: true };
}

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
    const { socket, log } = openXPublisher({ mechanism: ourMechanism(how) });
    const theirs = new zeromq.Subscriber(keysOf(how));
    const heard = heardBy(theirs);
    theirs.subscribe('a.');
    await link(how, theirs, socket);
    await log.until((said) => said.includes('+a.'));
    socket.send('b.1', Buffer.from('not asked for'));
    socket.send('a.0', Buffer.alloc(0));
    socket.send('a.1', Buffer.from('small'));
    socket.send('a.2', Buffer.alloc(300_000, 'large'));
    await heard.until((all) => all.length === 3);
    expect(heard.all).toEqual(['a.0: ', 'a.1: small', `a.2: ${'large'.repeat(60_000)}`]);
    theirs.subscribe('c');
    theirs.unsubscribe('a.');
    await log.until((said) => said.includes('-a.'));
    theirs.close();
    await log.until((said) => said.includes('-c'));
    expect(log.all).toEqual(['+a.', '+c', '-a.', '-c']);
  });

  test('libzmq’s XSUB subscribes at our XPUB', async () => {
    const { socket, log } = openXPublisher({ mechanism: ourMechanism(how) });
    const theirs = new zeromq.XSubscriber(keysOf(how));
    const heard = heardBy(theirs);
    await link(how, theirs, socket);
    await theirs.send('\x01a');
    await log.until((said) => said.includes('+a'));
    socket.send('a', Buffer.from('body'));
    await heard.until((all) => all.includes('a: body'));
    await theirs.send('\0a');
    await log.until((said) => said.includes('-a'));
  });

  test.each(['SUB', 'XSUB'] as const)(
    'our %s exchanges subscriptions and messages with libzmq’s XPUB',
    async (type) => {
      const { socket, log } = openSubscriber({ type, mechanism: ourMechanism(how) });
      socket.subscribe('a.');
      const theirs = new zeromq.XPublisher({ ...keysOf(how), immediate: true });
      await link(how, theirs, socket);
      expect(text(await theirs.receive())).toBe('\x01a.');
      await theirs.send(['b.1', 'not asked for']);
      await theirs.send(['a.1', 'body']);
      await theirs.send(['a.2', Buffer.alloc(300_000, 'large')]);
      await log.until((said) => said.length === 3);
      expect(log.all).toEqual(['connected', 'a.1: body', `a.2: ${'large'.repeat(60_000)}`]);
      socket.unsubscribe('a.');
      expect(text(await theirs.receive())).toBe('\0a.');
    },
  );

  test.each(['SUB', 'XSUB'] as const)('our %s receives the messages of libzmq’s PUB', async (type) => {
    const { socket, log } = openSubscriber({ type, mechanism: ourMechanism(how) });
    socket.subscribe('a');
    const theirs = new zeromq.Publisher(keysOf(how));
    await link(how, theirs, socket);
    await log.until((said) => said.includes('connected'));
    // A PUB does not report when it has processed a subscription.
    while (!log.all.includes('a: body')) {
      await theirs.send(['a', 'body']);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  test('PINGs of libzmq are answered, so the connection stays for several times its timeout', async () => {
    const pings = createEventLog<'flushed'>();
    const { socket, log } = openXPublisher({
      mechanism: ourMechanism(how),
      flushSoon(run) {
        run();
        pings.add('flushed');
      },
    });
    const beats = { heartbeatInterval: 50, heartbeatTimeout: 200, heartbeatTimeToLive: 200 };
    const theirs = new zeromq.Subscriber({ ...keysOf(how), ...beats });
    theirs.subscribe('a');
    let broken = 0;
    theirs.events.on('disconnect', () => (broken += 1));
    heardBy(theirs);
    await link(how, theirs, socket);
    await pings.until((flushed) => flushed.length >= 16);
    expect(broken).toBe(0);
    expect(log.all).toEqual(['+a']);
  });
});

test('libzmq gets the status 400 when our server refuses its key', async () => {
  const { socket, log } = openXPublisher({ mechanism: serverMechanism(() => 'the key is not listed') });
  const theirs = new zeromq.Subscriber(keysOf('libzmq dials'));
  const status = new Promise<number>((resolve) =>
    theirs.events.on('handshake:error:auth', (event) => resolve(event.error.status)),
  );
  await link('libzmq dials', theirs, socket);
  expect(await status).toBe(400);
  expect(log.all).toEqual([]);
});

test('a client of libzmq with the wrong key of our server does not get in', async () => {
  const { socket, log } = openXPublisher({ mechanism: serverMechanism() });
  const wrong = z85Encode(crypto.newKeyPair().publicKey);
  const theirs = new zeromq.Subscriber({ ...keysOf('libzmq dials'), curveServerKey: wrong });
  theirs.subscribe('a');
  await link('libzmq dials', theirs, socket);
  await log.until((said) => said.includes('dropped: a HELLO for a server with another key'));
  expect(log.all.filter((said) => said.startsWith('+'))).toEqual([]);
});

test('a client of libzmq without keys does not get in', async () => {
  const { socket, log } = openXPublisher({ mechanism: serverMechanism() });
  const theirs = new zeromq.Subscriber({ linger: 0 });
  theirs.subscribe('a');
  const failed = new Promise((resolve) => theirs.events.on('handshake:error:protocol', resolve));
  await link('libzmq dials', theirs, socket);
  await failed;
  expect(log.all.filter((said) => said.startsWith('+'))).toEqual([]);
});

test('our client with the wrong key of libzmq’s server does not get in, and says so', async () => {
  const serverKey = crypto.newKeyPair().publicKey;
  const { socket, log } = openSubscriber({ mechanism: curveClient({ crypto, keyPair: clientKeys, serverKey }) });
  const theirs = new zeromq.XPublisher(keysOf('libzmq is dialled'));
  await link('libzmq is dialled', theirs, socket);
  await log.until((said) => said.length > 0);
  expect(log.all[0]).toBe('dropped: the other side ended the handshake: its key is not the expected one');
});
