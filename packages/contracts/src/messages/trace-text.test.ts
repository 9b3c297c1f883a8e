import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { traceMax } from './limits.ts';
import { isTraceparent, joinTrace, markMax, splitTrace } from './trace-text.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the trace that a request carries', () => {
  test('a traceparent and a mark of 72 characters fit into the field', () => {
    const mark = 'x'.repeat(72);
    expect(markMax).toBe(72);
    expect(joinTrace(traceparent, mark)).toHaveLength(traceMax);
    expect(splitTrace(joinTrace(traceparent, mark))).toEqual({ traceparent, mark });
  });

  test('a mark that leaves no room is kept whole, without the traceparent', () => {
    const mark = 'x'.repeat(73);
    expect(joinTrace(traceparent, mark)).toBe(mark);
  });

  test.each([
    [undefined, undefined, undefined],
    ['order 17', undefined, 'order 17'],
    [traceparent, traceparent, undefined],
    [`${traceparent} order 17`, traceparent, 'order 17'],
    [`${traceparent} `, traceparent, undefined],
    [`${traceparent}x`, undefined, `${traceparent}x`],
    ['', undefined, ''],
  ])('%j is read as its two parts', (text, first, mark) => {
    expect(splitTrace(text)).toEqual({ traceparent: first, mark });
  });

  test.each([
    traceparent.toUpperCase(),
    `ff${traceparent.slice(2)}`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
    traceparent.slice(0, -1),
  ])('%j is no traceparent, as W3C defines it', (text) => {
    expect(isTraceparent(text)).toBe(false);
    expect(splitTrace(text)).toEqual({ traceparent: undefined, mark: text });
  });

  test('any mark that fits comes back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: markMax }), (mark) => {
        expect(splitTrace(joinTrace(traceparent, mark))).toEqual({ traceparent, mark });
      }),
    );
  });
});
