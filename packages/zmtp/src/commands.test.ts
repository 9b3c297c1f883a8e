import { describe, expect, test } from 'vitest';
import { readPing, readSubscription, writePing, writeSubscription } from './commands.ts';

/** A command in the middle of a chunk, between other bytes. */
function within(body: Buffer | string): readonly [bytes: Buffer, start: number, end: number] {
  const bytes = Buffer.from(body as string, 'latin1');
  return [Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]), 6, 6 + bytes.length];
}

describe('PING', () => {
  test('a PING carries its time to live in tenths of a second, rounded up', () => {
    expect(writePing(250).toString('latin1')).toBe('\x04PING\0\x03');
    expect(readPing(...within(writePing(250)))?.ttlMs).toBe(300);
    expect(readPing(...within(writePing(0)))?.ttlMs).toBe(0);
    expect(readPing(...within(writePing(60_000)))?.ttlMs).toBe(60_000);
  });

  test('a PONG echoes the context of its PING', () => {
    expect(readPing(...within('\x04PING\0\x02'))?.pong.toString('latin1')).toBe('\x04PONG');
    expect(readPing(...within('\x04PING\0\x02context'))?.pong.toString('latin1')).toBe('\x04PONGcontext');
  });

  test('a PONG echoes at most 16 bytes of a context', () => {
    expect(readPing(...within(`\x04PING\0\0${'c'.repeat(1_000)}`))?.pong.toString('latin1')).toBe(
      `\x04PONG${'c'.repeat(16)}`,
    );
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
    expect(bytes.toString('latin1', span?.at, end)).toBe(topic);
  });

  test('SUBSCRIBE and CANCEL end where their frame ends, whatever bytes follow', () => {
    expect(readSubscription(Buffer.from('\x09SUBSCRIBEa', 'latin1'), 0, 9)).toBeUndefined();
    expect(readSubscription(Buffer.from('\x06CANCELa', 'latin1'), 0, 6)).toBeUndefined();
  });

  test('SUBSCRIBE and CANCEL have the bytes that libzmq sends', () => {
    expect(writeSubscription('a', true).toString('latin1')).toBe('\x09SUBSCRIBEa');
    expect(writeSubscription('a', false).toString('latin1')).toBe('\x06CANCELa');
  });

  test.each(['', '\x09SUBSCRIB', '\x06CANCE', '\x04PING\0\0', '\x09SUBSCRIBER'.slice(1)])(
    '%j is neither SUBSCRIBE nor CANCEL',
    (body) => {
      expect(readSubscription(...within(body))).toBeUndefined();
    },
  );
});
