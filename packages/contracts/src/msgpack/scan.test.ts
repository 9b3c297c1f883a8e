import { Decoder, Encoder } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nestingMax, partsMax } from '../messages/limits.ts';
import { scanAccepts } from './scan.ts';

const encoder = new Encoder({ ignoreUndefined: true });

test('every encoded JSON value is accepted, and no part of its bytes is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(), (value, cut) => {
      const bytes = encoder.encode(value);
      expect(scanAccepts(bytes)).toBe(true);
      expect(scanAccepts(bytes.subarray(0, cut % bytes.length))).toBe(false);
    }),
  );
});

test.each([31, 32, 255, 256, 65_535, 65_536])('texts, lists and objects of %i parts are accepted', (length) => {
  const keys = Array.from({ length }, (_, index) => [`k${index}`, index]);
  for (const value of ['x'.repeat(length), Array.from({ length }, () => 0), Object.fromEntries(keys)]) {
    expect(scanAccepts(encoder.encode(value))).toBe(true);
  }
});

test('more than one value, or none, is not one value', () => {
  expect(scanAccepts(Uint8Array.of())).toBe(false);
  expect(scanAccepts(Uint8Array.of(1, 2))).toBe(false);
});

test('accepted bytes can be decoded, or contain a key that no object may have', () => {
  const decoder = new Decoder();
  // Mostly head bytes and few literal bytes, so that most of these bodies are nearly MessagePack.
  const head = fc.oneof(fc.integer({ min: 0x80, max: 0xaf }), fc.integer({ min: 0xc0, max: 0xdf }), fc.nat(3));
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(head, { maxLength: 12 }), (heads) => {
      const bytes = Uint8Array.from(heads);
      if (!scanAccepts(bytes)) return;
      accepted += 1;
      try {
        decoder.decode(bytes);
      } catch (error) {
        expect(String(error)).toMatch(/type of key must be|__proto__/);
      }
    }),
    { numRuns: 20_000 },
  );
  // 1,070 on average, plus or minus 50.
  expect(accepted).toBeGreaterThan(500);
});

test.each([
  ['a list of 2^32 - 1', [0xdd, 0xff, 0xff, 0xff, 0xff]],
  ['an object of 2^32 - 1', [0xdf, 0xff, 0xff, 0xff, 0xff]],
  ['a text of 2^32 - 1', [0xdb, 0xff, 0xff, 0xff, 0xff]],
  ['a list one longer than its bytes', [0x93, 1, 2]],
  ['an object without its last value', [0x81, 0xa1, 0x61]],
  ['a length cut off', [0xdd, 0x00, 0x00]],
  ['a double cut off', [0xcb, 0, 0, 0]],
  ['the byte that is never used', [0xc1]],
  ['bytes of 2^32 - 1', [0xc6, 0xff, 0xff, 0xff, 0xff]],
  ['bytes one longer than they are', [0xc4, 0x02, 0x00]],
  ['an extension', [0xd6, 0xff, 0, 0, 0, 0]],
])('%s is refused', (_what, bytes) => {
  expect(scanAccepts(Uint8Array.from(bytes))).toBe(false);
});

test('the scan looks at each byte once at most, and skips the bytes of numbers and texts', () => {
  const head = fc.oneof(fc.integer({ min: 0x80, max: 0xaf }), fc.integer({ min: 0xc0, max: 0xdf }), fc.nat(255));
  fc.assert(
    fc.property(fc.array(head, { maxLength: 200, size: 'max' }), (heads) => {
      let read = 0;
      const counted = new Proxy(Uint8Array.from(heads), {
        get(target, key) {
          if (key === 'length') return target.length;
          read += 1;
          return target[Number(key)];
        },
      });
      scanAccepts(counted);
      expect(read).toBeLessThanOrEqual(heads.length);
    }),
    { numRuns: 500 },
  );
});

function nested(levels: number): Uint8Array {
  return new Uint8Array(levels + 1).fill(0x91).fill(0x01, levels);
}

test('one list, object or text beyond the bound is refused, and numbers are not counted', () => {
  const lists = (count: number) => encoder.encode(Array.from({ length: count }, () => [1]));
  expect(scanAccepts(lists(partsMax - 1))).toBe(true);
  expect(scanAccepts(lists(partsMax))).toBe(false);
  const texts = encoder.encode(Object.fromEntries(Array.from({ length: partsMax }, (_, index) => [`k${index}`, 1])));
  expect(scanAccepts(texts)).toBe(false);
  expect(scanAccepts(encoder.encode(Array.from({ length: 2 * partsMax }, () => 1e300)))).toBe(true);
});

test('one level of nesting beyond the bound is refused', () => {
  expect(scanAccepts(nested(nestingMax))).toBe(true);
  expect(scanAccepts(nested(nestingMax + 1))).toBe(false);
  expect(scanAccepts(nested(1_000_000))).toBe(false);
});
