import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SocketType } from './handshake.ts';
import { greetingBytes, greetingFault, readyFault, speaksCommands, writeGreeting, writeReady } from './handshake.ts';

/** The greeting of libzmq 4.3.5. */
const libzmqGreeting = Buffer.from(`ff00000000000000017f03014e554c4c${'00'.repeat(48)}`, 'hex');
/** The READY of libzmq 4.3.5 for a SUB: its type, then an empty identity. */
const libzmqReady = Buffer.from('\x05READY\x0bSocket-Type\0\0\0\x03SUB\x08Identity\0\0\0\0', 'latin1');

function greetingWith(at: number, value: number): Buffer {
  const greeting = writeGreeting();
  greeting[at] = value;
  return greeting;
}

describe('a greeting', () => {
  test.each([
    ['of ours', writeGreeting()],
    ['of libzmq', libzmqGreeting],
    ['of ZMTP 3.0', greetingWith(11, 0)],
    ['of a version to come', greetingWith(10, 4)],
  ])('the greeting %s is accepted, also in part', (_whose, greeting) => {
    expect(greeting).toHaveLength(greetingBytes);
    for (let length = 0; length <= greetingBytes; length += 1) {
      expect(greetingFault(greeting.subarray(0, length))).toBeUndefined();
    }
  });

  test.each([
    ['of another protocol', Buffer.from('GET / HTTP/1.1'), 0, 'not ZMTP'],
    ['without the end of a signature', greetingWith(9, 0), 9, 'not ZMTP'],
    ['of ZMTP 2', greetingWith(10, 2), 10, 'ZMTP before 3.0'],
    ['with keys', greetingWith(12, 'C'.charCodeAt(0)), 31, 'a mechanism that is not NULL'],
    ['with a longer mechanism', greetingWith(16, 'X'.charCodeAt(0)), 31, 'a mechanism that is not NULL'],
  ])('the greeting %s is refused as soon as its fault has arrived', (_what, greeting, at, fault) => {
    expect(greetingFault(greeting.subarray(0, at))).toBeUndefined();
    expect(greetingFault(greeting.subarray(0, at + 1))).toBe(fault);
    expect(greetingFault(greeting)).toBe(fault);
  });

  test.each([
    [3, 0, false],
    [3, 1, true],
    [3, 2, true],
    [4, 0, true],
  ])('a peer of version %i.%i speaks commands: %s', (major, minor, speaks) => {
    const greeting = greetingWith(10, major);
    greeting[11] = minor;
    expect(speaksCommands(greeting)).toBe(speaks);
  });
});

describe('READY', () => {
  const types: readonly SocketType[] = ['PUB', 'SUB', 'XPUB', 'XSUB'];
  const isPublisher = (type: SocketType): boolean => type.endsWith('PUB');

  test.each(types.flatMap((own) => types.map((other) => [own, other] as const)))('%s meets %s', (own, other) => {
    const fault = isPublisher(own) === isPublisher(other) ? 'a type of socket that does not fit' : undefined;
    expect(readyFault(own, writeReady(other))).toBe(fault);
  });

  test('the READY of libzmq is accepted, and ours has the same form', () => {
    expect(readyFault('XPUB', libzmqReady)).toBeUndefined();
    expect(writeReady('SUB')).toEqual(libzmqReady.subarray(0, writeReady('SUB').length));
  });

  test.each([
    ['another command', '\x05ERROR\x03why', 'not a READY command'],
    ['nothing', '', 'not a READY command'],
    ['no type', '\x05READY\x08Identity\0\0\0\0', 'a READY command without a type of socket'],
    ['a strange type', '\x05READY\x0bSocket-Type\0\0\0\x06DEALER', 'a type of socket that does not fit'],
    ['a name that is cut off', '\x05READY\x0bSocket-T', 'a broken READY command'],
    ['a value that is cut off', '\x05READY\x0bSocket-Type\0\0\0\x03SU', 'a broken READY command'],
    ['a value of 4 GiB', '\x05READY\x0bSocket-Type\xff\xff\xff\xffSUB', 'a broken READY command'],
  ])('READY with %s is refused', (_what, body, fault) => {
    expect(readyFault('XPUB', Buffer.from(body, 'latin1'))).toBe(fault);
  });

  test('property names of READY are case-insensitive', () => {
    expect(readyFault('XPUB', Buffer.from('\x05READY\x0bSOCKET-type\0\0\0\x03SUB', 'latin1'))).toBeUndefined();
  });
});

test('no bytes make the reader of READY throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, named) => {
      const body = Buffer.concat([Buffer.from(named ? '\x05READY' : '', 'latin1'), bytes]);
      readyFault('XPUB', body);
      greetingFault(bytes);
    }),
  );
});
