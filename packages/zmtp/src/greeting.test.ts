import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { greetingBytes, greetingFault, speaksCommands, writeGreeting } from './greeting.ts';
import { nullMechanism } from './mechanism.ts';

/** The greeting of libzmq 4.3.5. */
const libzmqGreeting = Buffer.from(`ff00000000000000017f03014e554c4c${'00'.repeat(48)}`, 'hex');
/** The greeting of libzmq 4.3.5 as a server of CURVE. */
const curveGreeting = Buffer.from(`ff00000000000000017f03014355525645${'00'.repeat(15)}01${'00'.repeat(31)}`, 'hex');
const curve = { name: 'CURVE', hasServer: true };

function greetingWith(at: number, value: number): Uint8Array {
  const greeting = writeGreeting(nullMechanism, 'client');
  greeting[at] = value;
  return greeting;
}

describe('a greeting', () => {
  test.each([
    ['of ours', writeGreeting(nullMechanism, 'client')],
    ['of libzmq', libzmqGreeting],
    ['of ZMTP 3.0', greetingWith(11, 0)],
    ['of a version to come', greetingWith(10, 4)],
  ])('the greeting %s is accepted, also in part', (_whose, greeting) => {
    expect(greeting).toHaveLength(greetingBytes);
    for (let length = 0; length <= greetingBytes; length += 1) {
      expect(greetingFault(greeting.subarray(0, length), nullMechanism, 'server')).toBeUndefined();
    }
  });

  test.each([
    ['of another protocol', Buffer.from('GET / HTTP/1.1'), 0, 'not ZMTP'],
    ['without the end of a signature', greetingWith(9, 0), 9, 'not ZMTP'],
    ['of ZMTP 2', greetingWith(10, 2), 10, 'ZMTP before 3.0'],
    ['with keys', greetingWith(12, 'C'.charCodeAt(0)), 31, 'a mechanism that is not NULL'],
    ['with a longer mechanism', greetingWith(16, 'X'.charCodeAt(0)), 31, 'a mechanism that is not NULL'],
  ])('the greeting %s is refused as soon as its fault has arrived', (_what, greeting, at, fault) => {
    expect(greetingFault(greeting.subarray(0, at), nullMechanism, 'server')).toBeUndefined();
    expect(greetingFault(greeting.subarray(0, at + 1), nullMechanism, 'server')).toBe(fault);
    expect(greetingFault(greeting, nullMechanism, 'server')).toBe(fault);
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

  test('the greeting of a mechanism with two sides says which side is the server', () => {
    expect(writeGreeting(curve, 'server').subarray(9)).toEqual(new Uint8Array(curveGreeting.subarray(9)));
    expect(greetingFault(curveGreeting, curve, 'client')).toBeUndefined();
    expect(greetingFault(curveGreeting, curve, 'server')).toBe('the same side of the mechanism');
    expect(greetingFault(writeGreeting(curve, 'client'), curve, 'server')).toBeUndefined();
    // A server of libzmq 4.3.5 writes 0 too.
    expect(greetingFault(writeGreeting(curve, 'client'), curve, 'client')).toBeUndefined();
    for (let length = 0; length <= 32; length += 1) {
      expect(greetingFault(curveGreeting.subarray(0, length), curve, 'server')).toBeUndefined();
    }
  });
});

test('no bytes make the reader of a greeting throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void greetingFault(bytes, nullMechanism, 'server')),
  );
});
