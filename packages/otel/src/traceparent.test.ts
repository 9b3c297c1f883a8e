import { expect, test } from 'vitest';
import { readTraceparent, writeTraceparent } from './traceparent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

test('a context is written in the form of W3C and read again', () => {
  for (const traceFlags of [0, 1]) {
    const text = writeTraceparent({ traceId, spanId, traceFlags });
    expect(text).toBe(`00-${traceId}-${spanId}-0${traceFlags}`);
    expect(readTraceparent(text, true)).toEqual({ traceId, spanId, traceFlags, isRemote: true });
  }
});

test('an invalid context is not written', () => {
  expect(writeTraceparent({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })).toBeUndefined();
});

test.each([undefined, '', 'order 17', `00-${'0'.repeat(32)}-${spanId}-01`])('%j is not read as a context', (text) => {
  expect(readTraceparent(text, true)).toBeUndefined();
});
