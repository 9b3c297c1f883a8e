import { describe, expect, test } from 'vitest';
import { latin1 } from './bytes.ts';
import { readPing, readSubscription, writePing, writeSubscription } from './commands.ts';

/** A command in the middle of a chunk, between other bytes. */
function within(body: Uint8Array | string): readonly [bytes: Uint8Array, start: number, end: number] {
  const bytes = Buffer.from(body as string, 'latin1');
  return [Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]), 6, 6 + bytes.length];
}

const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && latin1(bytes);

describe('PING', () => {
  test('a PING carries its time to live in tenths of a second, rounded up', () => {
    expect(latin1(writePing(250))).toBe('\x04PING\0\x03');
    expect(readPing(...within(writePing(250)))?.ttlMs).toBe(300);
    expect(readPing(...within(writePing(0)))?.ttlMs).toBe(0);
    expect(readPing(...within(writePing(60_000)))?.ttlMs).toBe(60_000);
  });

  test('a PONG echoes the context of its PING', () => {
    expect(textOf(readPing(...within('\x04PING\0\x02'))?.pong)).toBe('\x04PONG');
    expect(textOf(readPing(...within('\x04PING\0\x02context'))?.pong)).toBe('\x04PONGcontext');
  });

  test('a PONG echoes at most 16 bytes of a context', () => {
    expect(textOf(readPing(...within(`\x04PING\0\0${'c'.repeat(1_000)}`))?.pong)).toBe(`\x04PONG${'c'.repeat(16)}`);
  });

  test.each(['', '\x04PIN', '\x04PING', '\x04PING\0', '\x04PONG\0\x02', '\x05PING\0\x02'])(
    '%j is not a PING',
    (body) => {
      expect(readPing(...within(body))).toBeUndefined();
    },
  );
});

describe('SUBSCRIBE and CANCEL', () => {
  test.each([
    ['calc.hello.', true],
    ['calc.hello.', false],
    ['', true],
    ['', false],
  ])('the subscription command of %j (%s) is read in place', (topic, subscribed) => {
    const [bytes, start, end] = within(writeSubscription(topic, subscribed));
    const span = readSubscription(bytes, start, end);
    expect(span?.subscribed).toBe(subscribed);
    expect(latin1(bytes, span?.at, end)).toBe(topic);
  });

  test('SUBSCRIBE and CANCEL end where their frame ends, whatever bytes follow', () => {
    expect(readSubscription(Buffer.from('\x09SUBSCRIBEa', 'latin1'), 0, 9)).toBeUndefined();
    expect(readSubscription(Buffer.from('\x06CANCELa', 'latin1'), 0, 6)).toBeUndefined();
  });

  test('SUBSCRIBE and CANCEL have the bytes that libzmq sends', () => {
    expect(latin1(writeSubscription('a', true))).toBe('\x09SUBSCRIBEa');
    expect(latin1(writeSubscription('a', false))).toBe('\x06CANCELa');
  });

  test.each(['', '\x09SUBSCRIB', '\x06CANCE', '\x04PING\0\0', '\x09SUBSCRIBER'.slice(1)])(
    '%j is neither SUBSCRIBE nor CANCEL',
    (body) => {
      expect(readSubscription(...within(body))).toBeUndefined();
    },
  );
});
