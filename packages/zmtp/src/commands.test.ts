import { describe, expect, test } from 'vitest';
import { readPing, readSubscription, writePing, writeSubscription } from './commands.ts';

/** A command in the middle of a chunk. */
function within(body: Buffer | string): readonly [bytes: Buffer, start: number, end: number] {
  const bytes = Buffer.from(body as string, 'latin1');
  return [Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]), 6, 6 + bytes.length];
}

describe('PING', () => {
  test('carries a time to live in tenths of a second, never less than was meant', () => {
    expect(writePing(250).toString('latin1')).toBe('\x04PING\0\x03');
    expect(readPing(...within(writePing(250)))?.ttlMs).toBe(300);
    expect(readPing(...within(writePing(0)))?.ttlMs).toBe(0);
    expect(readPing(...within(writePing(60_000)))?.ttlMs).toBe(60_000);
  });

  test('is answered with its context', () => {
    expect(readPing(...within('\x04PING\0\x02'))?.pong.toString('latin1')).toBe('\x04PONG');
    expect(readPing(...within('\x04PING\0\x02context'))?.pong.toString('latin1')).toBe('\x04PONGcontext');
  });

  test('of a context only 16 bytes come back', () => {
    expect(readPing(...within(`\x04PING\0\0${'c'.repeat(1_000)}`))?.pong.toString('latin1')).toBe(
      `\x04PONG${'c'.repeat(16)}`,
    );
  });

  test.each(['', '\x04PIN', '\x04PING', '\x04PING\0', '\x04PONG\0\x02', '\x05PING\0\x02'])('%j is none', (body) => {
    expect(readPing(...within(body))).toBeUndefined();
  });
});

describe('SUBSCRIBE and CANCEL', () => {
  test.each([
    ['calc.hello.', true],
    ['calc.hello.', false],
    ['', true],
    ['', false],
  ])('of %j (%s) are read where they stand', (topic, subscribed) => {
    const [bytes, start, end] = within(writeSubscription(topic, subscribed));
    const span = readSubscription(bytes, start, end);
    expect(span?.subscribed).toBe(subscribed);
    expect(bytes.toString('latin1', span?.at, end)).toBe(topic);
  });

  test('end where the frame does, whatever follows it', () => {
    expect(readSubscription(Buffer.from('\x09SUBSCRIBEa', 'latin1'), 0, 9)).toBeUndefined();
    expect(readSubscription(Buffer.from('\x06CANCELa', 'latin1'), 0, 6)).toBeUndefined();
  });

  test('are what libzmq says', () => {
    expect(writeSubscription('a', true).toString('latin1')).toBe('\x09SUBSCRIBEa');
    expect(writeSubscription('a', false).toString('latin1')).toBe('\x06CANCELa');
  });

  test.each(['', '\x09SUBSCRIB', '\x06CANCE', '\x04PING\0\0', '\x09SUBSCRIBER'.slice(1)])('%j is neither', (body) => {
    expect(readSubscription(...within(body))).toBeUndefined();
  });
});
