import fc from 'fast-check';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { base64Of, bytesOfBase64 } from './base64.ts';
import { binaryKindOf, bytesAsDoubles, doublesAsBytes } from './binary-value.ts';

const double = fc.double({ noNaN: true, noDefaultInfinity: true });

test('doubles come back from their bytes, on platforms of either byte order', () => {
  fc.assert(
    fc.property(fc.array(double), fc.nat(8), (numbers, padding) => {
      const doubles = Float64Array.from(numbers);
      const bytes = doublesAsBytes(doubles);
      expect(doublesAsBytes(doubles, false)).toStrictEqual(new Uint8Array(bytes));
      const memory = new Uint8Array(padding + bytes.length);
      memory.set(bytes, padding);
      expect(bytesAsDoubles(memory.subarray(padding))).toStrictEqual(doubles);
      expect(bytesAsDoubles(memory.subarray(padding), false)).toStrictEqual(doubles);
    }),
  );
});

test('binary values of another realm are binary values', () => {
  const other = createContext({});
  expect(binaryKindOf(runInContext('new Uint8Array(1)', other))).toBe('bytes');
  expect(binaryKindOf(runInContext('new Float64Array(1)', other))).toBe('doubles');
  expect(binaryKindOf(runInContext('new Uint8ClampedArray(1)', other))).toBeUndefined();
  expect(binaryKindOf(new DataView(new ArrayBuffer(8)))).toBeUndefined();
  expect(binaryKindOf({ [Symbol.toStringTag]: 'Uint8Array' })).toBeUndefined();
});

test('base64 is that of Node', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100, size: 'max' }), (bytes) => {
      const text = base64Of(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(bytesOfBase64(text)).toStrictEqual(bytes);
    }),
  );
  const large = new Uint8Array(100_000).map((_, index) => index * 7);
  expect(base64Of(large)).toBe(Buffer.from(large).toString('base64'));
  expect(bytesOfBase64(base64Of(large))).toStrictEqual(large);
});

test.each(['A', 'AA', 'AAA', 'A===', 'AA=A', 'AB==', 'AAB=', 'A-A=', '====', ' AA==', 'AAAA====', 'ÄAAA'])(
  'the text %s is not base64',
  (text) => {
    expect(bytesOfBase64(text)).toBeUndefined();
  },
);
