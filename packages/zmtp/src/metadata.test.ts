import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latin1 } from './bytes.ts';
import { nullMechanism } from './mechanism.ts';
import type { SocketType } from './metadata.ts';
import { metadataFault, propertyOf, writeMetadata, writeProperty } from './metadata.ts';

/** The READY of libzmq 4.3.5 for a SUB: its type, then an empty identity. */
const libzmqReady = Buffer.from('\x05READY\x0bSocket-Type\0\0\0\x03SUB\x08Identity\0\0\0\0', 'latin1');

/** The READY command of a socket. */
function readyOf(type: SocketType): Uint8Array {
  return nullMechanism.begin('client', writeMetadata(type)).first() ?? new Uint8Array();
}

/** The fault that a socket finds in a command of its peer. */
function readyFault(own: SocketType, body: Uint8Array): string | undefined {
  const step = nullMechanism.begin('server', writeMetadata(own)).take(body, 0, body.length);
  if (step.type === 'fault') return step.what;
  return step.type === 'done' ? metadataFault(own, step.metadata) : 'not done';
}

describe('READY', () => {
  const types: readonly SocketType[] = ['PUB', 'SUB', 'XPUB', 'XSUB'];
  const isPublisher = (type: SocketType): boolean => type.endsWith('PUB');

  test.each(types.flatMap((own) => types.map((other) => [own, other] as const)))('%s meets %s', (own, other) => {
    const fault = isPublisher(own) === isPublisher(other) ? 'a type of socket that does not fit' : undefined;
    expect(readyFault(own, readyOf(other))).toBe(fault);
  });

  test('the READY of libzmq is accepted, and ours has the same form', () => {
    expect(readyFault('XPUB', libzmqReady)).toBeUndefined();
    expect(latin1(readyOf('SUB'))).toBe(libzmqReady.toString('latin1', 0, readyOf('SUB').length));
  });

  test.each([
    ['another command', '\x05ERROR\x03why', 'not a READY command'],
    ['nothing', '', 'not a READY command'],
    ['no type', '\x05READY\x08Identity\0\0\0\0', 'metadata without a type of socket'],
    ['a strange type', '\x05READY\x0bSocket-Type\0\0\0\x06DEALER', 'a type of socket that does not fit'],
    ['a name that is cut off', '\x05READY\x0bSocket-T', 'broken metadata'],
    ['a value that is cut off', '\x05READY\x0bSocket-Type\0\0\0\x03SU', 'broken metadata'],
    ['a value of 4 GiB', '\x05READY\x0bSocket-Type\xff\xff\xff\xffSUB', 'broken metadata'],
  ])('READY with %s is refused', (_what, body, fault) => {
    expect(readyFault('XPUB', Buffer.from(body, 'latin1'))).toBe(fault);
  });

  test('property names of READY are case-insensitive', () => {
    expect(readyFault('XPUB', Buffer.from('\x05READY\x0bSOCKET-type\0\0\0\x03SUB', 'latin1'))).toBeUndefined();
  });
});

test('a property of an application is read beside the type of the socket, whatever its case', () => {
  const bytes = Buffer.concat([writeMetadata('SUB'), writeProperty('X-Role', 'client')]);
  expect(metadataFault('XPUB', bytes)).toBeUndefined();
  expect(propertyOf(bytes, 'x-role')).toBe('client');
  expect(propertyOf(bytes, 'X-Other')).toBeUndefined();
  expect(propertyOf(bytes.subarray(0, -1), 'X-Role')).toBeUndefined();
});

test('no bytes make the reader of READY throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, named) => {
      readyFault('XPUB', Buffer.concat([Buffer.from(named ? '\x05READY' : '', 'latin1'), bytes]));
    }),
  );
});
