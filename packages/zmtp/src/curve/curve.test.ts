import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../bytes.ts';
import { greetingBytes } from '../greeting.ts';
import { nullMechanism } from '../mechanism.ts';
import type { Side } from '../sides.test-support.ts';
import { joined, side } from '../sides.test-support.ts';
import { names } from './commands.ts';
import { clientKeys, clientMechanism, crypto, serverKeys, serverMechanism } from './keys.test-support.ts';
import { curveClient, curveServer } from './mechanism.ts';

const shortHeadBytes = 2;

function pair(): readonly [client: Side, server: Side] {
  return [side('client', clientMechanism), side('server', serverMechanism())];
}

/** Passes one side's waiting bytes to the other, changed. @returns the bytes as they were */
function pass(from: Side, to: Side, change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): Uint8Array {
  const bytes = from.end.taken();
  to.connection.heard(change(bytes.slice()), 0);
  return bytes;
}

/** More than the longest duration of a handshake. */
function letTimePass(one: Side): void {
  for (let tick = 1; tick <= 40 && one.end.isOpen(); tick += 1) one.connection.tick(50 * tick);
}

/** The commands of a handshake, in order, and what has to pass before each. */
const steps = [
  { name: 'HELLO', from: 'client', before: ['greetings'] },
  { name: 'WELCOME', from: 'server', before: ['greetings', 'HELLO'] },
  { name: 'INITIATE', from: 'client', before: ['greetings', 'HELLO', 'WELCOME'] },
  { name: 'READY', from: 'server', before: ['greetings', 'HELLO', 'WELCOME', 'INITIATE'] },
] as const;

interface Pending {
  readonly client: Side;
  readonly server: Side;
  readonly command: Uint8Array;
  readonly receiver: Side;
}

/** Two sides of which one has just written a command; the other has not read it. */
function pending({ from, before }: (typeof steps)[number]): Pending {
  const [client, server] = pair();
  const greeting = client.end.taken();
  const theirs = server.end.taken();
  client.connection.heard(theirs, 0);
  server.connection.heard(greeting.slice(0, greetingBytes), 0);
  const hello = greeting.slice(greetingBytes);
  if (before.length === 1) return { client, server, command: hello, receiver: server };
  server.connection.heard(hello, 0);
  for (let passed = 2; passed < before.length; passed += 1) {
    if (passed % 2 === 0) pass(server, client);
    else pass(client, server);
  }
  const [sender, receiver] = from === 'client' ? [client, server] : [server, client];
  return { client, server, command: sender.end.taken(), receiver };
}

describe('two peers with keys', () => {
  test('two peers with keys learn each other’s public keys', () => {
    const [client, server] = pair();
    joined(client, server);
    expect(client.peers[0]?.publicKey).toEqual(serverKeys.publicKey);
    expect(server.peers[0]?.publicKey).toEqual(clientKeys.publicKey);
  });

  test.each([1, 7, 10_000])('two peers with keys exchange messages in chunks of %i bytes', (chunkBytes) => {
    const [client, server] = pair();
    joined(client, server, chunkBytes);
    client.peers[0]?.subscription('a', true);
    for (const body of ['', 'body', 'x'.repeat(1_000)]) server.peers[0]?.send('a.1', latin1Bytes(body));
    joined(client, server, chunkBytes);
    client.peers[0]?.subscription('a', false);
    joined(client, server, chunkBytes);
    expect(client.said).toEqual(['ready', 'a.1: ', 'a.1: body', `a.1: ${'x'.repeat(20)}`]);
    expect(server.said).toEqual(['ready', '+a', '-a']);
  });

  test('PINGs and PONGs of two peers with keys pass both ways', () => {
    const [client, server] = pair();
    joined(client, server);
    for (let tick = 0; tick < 600; tick += 1) {
      client.connection.tick(50 * tick);
      server.connection.tick(50 * tick);
      joined(client, server);
    }
    expect([client.end.isOpen(), server.end.isOpen()]).toEqual([true, true]);
  });

  test('two peers with keys send nothing readable after the greeting but the names of commands', () => {
    const [client, server] = pair();
    joined(client, server);
    client.peers[0]?.subscription('secret', true);
    server.peers[0]?.send('secret', latin1Bytes('secret'));
    server.connection.tick(0);
    server.connection.tick(150);
    for (const bytes of joined(client, server)) {
      expect(latin1(bytes)).not.toMatch(/secret|SUBSCRIBE|PING|PONG|Socket-Type/);
    }
    expect(server.said).toEqual(['ready', '+secret']);
  });

  test('two peers with keys take a body of the largest frame, and refuse a larger one', () => {
    for (const [bytes, expected] of [
      [1_000, 'a: '.padEnd(23, 'x')],
      [1_001, 'fault: a frame above the limit'],
    ] as const) {
      const [client, server] = pair();
      joined(client, server);
      server.peers[0]?.send('a', latin1Bytes('x'.repeat(bytes)));
      joined(client, server);
      expect(client.said).toEqual(['ready', expected]);
    }
  });
});

describe.each(steps)('$name', (step) => {
  const size = pending(step).command.length;

  test(`${step.name} with any byte changed is refused, and no peer crashes or waits for ever`, () => {
    for (let at = 0; at < size; at += 1) {
      const { command, receiver } = pending(step);
      command[at] = (command[at] ?? 0) ^ 0x01;
      receiver.connection.heard(command, 0);
      letTimePass(receiver);
      expect([at, receiver.said.includes('ready'), receiver.end.isOpen()]).toEqual([at, false, false]);
    }
  });

  test(`${step.name} cut at any length is refused, as the end of the stream and as a shorter command`, () => {
    for (let length = 0; length < size; length += 1) {
      const ended = pending(step);
      ended.receiver.connection.heard(ended.command.slice(0, length), 0);
      letTimePass(ended.receiver);
      expect([length, ended.receiver.said.includes('ready'), ended.receiver.end.isOpen()]).toEqual([
        length,
        false,
        false,
      ]);
    }
    const headBytes = size - shortHeadBytes > 255 ? 9 : shortHeadBytes;
    for (let length = 0; length < size - headBytes; length += 1) {
      const { command, receiver } = pending(step);
      const body = command.slice(headBytes, headBytes + length);
      const head = length > 255 ? [6, 0, 0, 0, 0, 0, 0, length >>> 8, length & 0xff] : [4, length];
      receiver.connection.heard(Uint8Array.of(...head, ...body), 0);
      expect([length, receiver.said.includes('ready'), receiver.end.isOpen()]).toEqual([length, false, false]);
    }
  });

  test(`${step.name} of another connection is refused`, () => {
    const other = pending(step).command;
    const { receiver } = pending(step);
    receiver.connection.heard(other, 0);
    // A HELLO opens on every connection: it proves only that its sender knows the server's key.
    if (step.name === 'HELLO') letTimePass(receiver);
    expect([receiver.said.includes('ready'), receiver.end.isOpen()]).toEqual([false, false]);
  });

  test(`${step.name} that comes twice is refused`, () => {
    const { command, receiver } = pending(step);
    receiver.connection.heard(command, 0);
    receiver.connection.heard(command, 0);
    expect(receiver.end.isOpen()).toBe(false);
  });
});

test('no bytes in place of a command make either side throw, or let it accept the peer', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const commands = fc.constantFrom(...Object.values(names));
  fc.assert(
    fc.property(fc.constantFrom(...steps), commands, bytes, (step, name, rest) => {
      const { receiver } = pending(step);
      const body = Uint8Array.of(...name, ...rest.slice(0, 255 - name.length));
      receiver.connection.heard(Uint8Array.of(4, body.length, ...body), 0);
      receiver.connection.heard(rest, 0);
      expect(receiver.said).not.toContain('ready');
    }),
    { numRuns: 500 },
  );
});

describe('a sealed frame', () => {
  /** Two frames of a subscriber, apart. */
  function frames(): { readonly server: Side; readonly first: Uint8Array; readonly second: Uint8Array } {
    const [client, server] = pair();
    joined(client, server);
    client.peers[0]?.subscription('a', true);
    const first = client.end.taken();
    client.peers[0]?.subscription('b', true);
    return { server, first, second: client.end.taken() };
  }

  test('a sealed frame that is sent again cuts the peer off', () => {
    const { server, first } = frames();
    server.connection.heard(first, 0);
    server.connection.heard(first, 0);
    expect(server.said).toEqual(['ready', '+a', 'fault: a box that is not the next one']);
    expect(server.end.isOpen()).toBe(false);
  });

  test('a sealed frame that arrives after a later one cuts the peer off', () => {
    const { server, first, second } = frames();
    server.connection.heard(second, 0);
    server.connection.heard(first, 0);
    expect(server.said).toEqual(['ready', '+b', 'fault: a box that is not the next one']);
  });

  test('a sealed frame with any byte changed cuts the peer off or leaves it waiting, and is never obeyed', () => {
    const { length } = frames().first;
    for (let at = 0; at < length; at += 1) {
      const { server, first, second } = frames();
      first[at] = (first[at] ?? 0) ^ 0x01;
      server.connection.heard(first, 0);
      // The flags of the outer frame mean nothing: libzmq leaves them 0.
      if (at > 0) expect([at, server.said.includes('+a')]).toEqual([at, false]);
      server.connection.heard(second, 0);
      if (at > 0) expect([at, server.end.isOpen(), server.said.length]).toEqual([at, false, 2]);
    }
  });

  test('a frame in the clear cuts the peer off after a handshake with keys', () => {
    const { server } = frames();
    server.connection.heard(Uint8Array.of(4, 11, ...latin1Bytes('\x09SUBSCRIBEa')), 0);
    expect(server.said).toEqual(['ready', 'fault: a frame without a box']);
  });

  test('a sealed frame of the other direction cuts the peer off', () => {
    const [client, server] = pair();
    joined(client, server);
    client.end.taken();
    // The counter of the second one is higher than that of anything the client has sent.
    server.peers[0]?.subscription('a', true);
    server.end.taken();
    server.peers[0]?.subscription('b', true);
    server.connection.heard(server.end.taken(), 0);
    expect(server.said).toEqual(['ready', 'fault: a box that does not open']);
    expect(client.said).toEqual(['ready']);
  });
});

describe('a key that is not accepted', () => {
  test('a client’s key that is not accepted is refused with a status and a reason, once its owner has proven to have it', () => {
    const asked: Uint8Array[] = [];
    const client = side('client', clientMechanism);
    const refusing = serverMechanism((publicKey) => {
      asked.push(publicKey);
      return 'the key has expired';
    });
    const server = side('server', refusing);
    const [, sent] = joined(client, server);
    expect(asked).toEqual([clientKeys.publicKey]);
    expect(latin1(sent).slice(-30)).toBe('\x04\x1e\x05ERROR\x03400\x13the key has expired'.slice(-30));
    expect(server.said).toEqual([]);
    expect(client.said).toEqual(['fault: the other side refuses the key: the key has expired (400)']);
    expect([client.end.isOpen(), server.end.isOpen()]).toEqual([false, false]);
  });

  test('when a client expects another server key, the server closes without a word and the client can report it', () => {
    const other = crypto.newKeyPair();
    const client = side('client', curveClient({ crypto, keyPair: clientKeys, serverKey: other.publicKey }));
    const server = side('server', serverMechanism());
    const [, sent] = joined(client, server);
    client.connection.closed(true, 0);
    expect(sent).toHaveLength(greetingBytes);
    expect(server.said).toEqual(['fault: a HELLO for a server with another key']);
    expect(client.said).toEqual(['fault: the other side ended the handshake: its key is not the expected one']);
  });

  test('the key of a client that does not have the secret key is not even looked up', () => {
    const asked: Uint8Array[] = [];
    const pretended = { publicKey: crypto.newKeyPair().publicKey, secretKey: clientKeys.secretKey };
    const client = side('client', curveClient({ crypto, keyPair: pretended, serverKey: serverKeys.publicKey }));
    const server = side(
      'server',
      serverMechanism((publicKey) => {
        asked.push(publicKey);
        return undefined;
      }),
    );
    joined(client, server);
    expect(server.said).toEqual(['fault: an INITIATE without a proof of its key']);
    expect(asked).toEqual([]);
  });

  test('a key that is no longer accepted cuts an open connection off', () => {
    const [client, server] = pair();
    joined(client, server);
    server.connection.recheck(() => undefined);
    expect(server.end.isOpen()).toBe(true);
    server.connection.recheck((publicKey) => (publicKey.length === 32 ? 'a key that was removed' : undefined));
    expect(server.said).toEqual(['ready', 'fault: a key that was removed']);
    expect(server.end.isOpen()).toBe(false);
  });

  test('a key with which every secret key has the same result is refused on both sides', () => {
    const weak = new Uint8Array(32);
    expect(() => curveClient({ crypto, keyPair: clientKeys, serverKey: weak })).toThrow(TypeError);
    const server = side('server', curveServer({ crypto, keyPair: serverKeys, authorize: () => undefined }));
    const hello = side('client', clientMechanism).end.taken();
    hello.set(weak, greetingBytes + shortHeadBytes + 6 + 2 + 72);
    server.connection.heard(hello, 0);
    expect(server.said).toEqual(['fault: a HELLO for a server with another key']);
  });
});

test('peers with and without keys refuse each other', () => {
  for (const [one, other] of [
    [clientMechanism, nullMechanism],
    [nullMechanism, serverMechanism()],
  ] as const) {
    const [client, server] = [side('client', one), side('server', other)];
    joined(client, server);
    expect(client.said).toEqual([`fault: a mechanism that is not ${one.name}`]);
    expect(server.said).toEqual([`fault: a mechanism that is not ${other.name}`]);
  }
});

test('two clients, and two servers, refuse each other', () => {
  const [one, other] = [side('client', clientMechanism), side('client', clientMechanism)];
  joined(one, other);
  expect([...one.said, ...other.said]).toEqual(Array(2).fill('fault: not a WELCOME command'));
  const [first, second] = [side('server', serverMechanism()), side('server', serverMechanism())];
  joined(first, second);
  expect([...first.said, ...second.said]).toEqual(Array(2).fill('fault: the same side of the mechanism'));
  expect(() => side('server', clientMechanism)).toThrow('cannot be bound');
  expect(() => side('client', serverMechanism())).toThrow('cannot dial');
});
