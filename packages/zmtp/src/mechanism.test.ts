import { describe, expect, test } from 'vitest';
import { latin1, latin1Bytes, readUint32, writeUint32 } from './bytes.ts';
import type { Cipher, Mechanism } from './mechanism.ts';
import { nullMechanism } from './mechanism.ts';
import { joined, side } from './sides.test-support.ts';

/*
 * A mechanism with the form of CURVE (rfc.zeromq.org/spec/26) and no secrecy: HELLO, WELCOME, INITIATE and READY, then
 * sealed frames with a nonce that rises, 33 bytes longer than the frames in them.
 */

const overheadBytes = 33;
const mask = 0x5a;
const masked = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ mask);

function createCipher(): Cipher {
  let sent = 0;
  let received = 0;
  return {
    seal(flags, body) {
      sent += 1;
      const plain = typeof body === 'string' ? latin1Bytes(body) : body;
      const sealed = new Uint8Array(overheadBytes + plain.length);
      writeUint32(sealed, sent, 0);
      sealed[overheadBytes - 1] = flags;
      sealed.set(masked(plain), overheadBytes);
      return sealed;
    },
    open(bytes, start, end, take) {
      const nonce = readUint32(bytes, start);
      if (end - start < overheadBytes || nonce <= received) return 'a frame that was sealed by another';
      received = nonce;
      const plain = masked(bytes.slice(start + overheadBytes, end));
      take(bytes[start + overheadBytes - 1] ?? 0, plain, 0, plain.length);
      return undefined;
    },
  };
}

const command = (name: string, rest: Uint8Array = new Uint8Array()): Uint8Array =>
  latin1Bytes(String.fromCharCode(name.length) + name + latin1(rest));

const toyMechanism: Mechanism = {
  name: 'TOY',
  hasServer: true,
  overheadBytes,
  begin: (role, metadata) => ({
    first: () => (role === 'client' ? command('HELLO') : undefined),
    take(bytes, start, end) {
      const name = latin1(bytes, start + 1, start + 1 + (bytes[start] ?? 0));
      const theirs = masked(bytes.slice(start + 1 + name.length, end));
      const own = masked(metadata);
      if (role === 'server' && name === 'HELLO') return { type: 'reply', command: command('WELCOME') };
      if (role === 'client' && name === 'WELCOME') return { type: 'reply', command: command('INITIATE', own) };
      if (role === 'server' && name === 'INITIATE') {
        return { type: 'done', command: command('READY', own), metadata: theirs, cipher: createCipher() };
      }
      if (role === 'client' && name === 'READY') return { type: 'done', metadata: theirs, cipher: createCipher() };
      return { type: 'fault', what: `an unexpected ${name}` };
    },
  }),
};

describe.each([nullMechanism, toyMechanism])('with the mechanism $name', (mechanism) => {
  test.each([1, 7, 10_000])(
    `with the mechanism ${mechanism.name}, two peers without sockets exchange messages in chunks of %i bytes`,
    (chunkBytes) => {
      const [client, server] = [side('client', mechanism), side('server', mechanism)];
      joined(client, server, chunkBytes);
      client.peers[0]?.subscription('a', true);
      server.peers[0]?.send('a.1', latin1Bytes('body'));
      joined(client, server, chunkBytes);
      client.peers[0]?.subscription('a', false);
      joined(client, server, chunkBytes);
      expect(client.said).toEqual(['ready', 'a.1: body']);
      expect(server.said).toEqual(['ready', '+a', '-a']);
    },
  );

  test(`with the mechanism ${mechanism.name}, PINGs and PONGs pass both ways`, () => {
    const [client, server] = [side('client', mechanism), side('server', mechanism)];
    joined(client, server);
    for (let tick = 0; tick < 600; tick += 1) {
      client.connection.tick(50 * tick);
      server.connection.tick(50 * tick);
      joined(client, server);
    }
    server.connection.closed(true, 50 * 600);
    expect(client.end.isOpen()).toBe(true);
    expect(server.said).toEqual(['ready', 'closed']);
  });

  test(`with the mechanism ${mechanism.name}, a body of the largest frame passes, and a larger one is refused`, () => {
    for (const [bytes, expected] of [
      [1_000, 'a: '.padEnd(23, 'x')],
      [1_001, 'fault: a frame above the limit'],
    ] as const) {
      const [client, server] = [side('client', mechanism), side('server', mechanism)];
      joined(client, server);
      server.peers[0]?.send('a', latin1Bytes('x'.repeat(bytes)));
      joined(client, server);
      expect(client.said).toEqual(['ready', expected]);
    }
  });
});

test('after the handshake of a mechanism that seals, no frame leaves in the clear', () => {
  const [client, server] = [side('client', toyMechanism), side('server', toyMechanism)];
  joined(client, server);
  client.peers[0]?.subscription('secret', true);
  server.peers[0]?.send('secret', latin1Bytes('secret'));
  server.connection.tick(0);
  server.connection.tick(50);
  const sent = joined(client, server).map((bytes) => latin1(bytes));
  for (const bytes of sent) expect(bytes).not.toMatch(/secret|SUBSCRIBE|PING|PONG/);
  expect(server.said).toEqual(['ready', '+secret']);
});

test('a frame that the mechanism cannot open cuts the peer off', () => {
  const [client, server] = [side('client', toyMechanism), side('server', toyMechanism)];
  joined(client, server);
  client.peers[0]?.subscription('a', true);
  const sealed = client.end.taken();
  server.connection.heard(sealed, 0);
  server.connection.heard(sealed, 0);
  expect(server.said).toEqual(['ready', '+a', 'fault: a frame that was sealed by another']);
  expect(server.end.isOpen()).toBe(false);
});

test('a command out of order ends the handshake', () => {
  const [client, server] = [side('client', toyMechanism), side('server', toyMechanism)];
  server.connection.heard(client.end.taken().slice(0, 64), 0);
  server.connection.heard(Uint8Array.of(4, 6, ...command('READY')), 0);
  expect(server.said).toEqual(['fault: an unexpected READY']);
});

test('peers with different mechanisms refuse each other', () => {
  for (const [one, other] of [
    [nullMechanism, toyMechanism],
    [toyMechanism, nullMechanism],
  ] as const) {
    const [client, server] = [side('client', one), side('server', other)];
    joined(client, server);
    expect(client.said).toEqual([`fault: a mechanism that is not ${one.name}`]);
    expect(server.said).toEqual([`fault: a mechanism that is not ${other.name}`]);
  }
});
