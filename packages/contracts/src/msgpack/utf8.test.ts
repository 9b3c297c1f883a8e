import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUtf8 } from './utf8.ts';

const strict = new TextDecoder('utf-8', { fatal: true });

function platformSays(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const utf8Of = (text: string): Uint8Array => new TextEncoder().encode(text);

test('bytes are UTF-8 exactly if the platform decodes them', () => {
  // Bytes at the edges of table 3-7, so that many of the texts are nearly UTF-8.
  const edges = '00 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f3 f4 f5 ff';
  const edge = fc.constantFrom(...edges.split(' ').map((hex) => Number.parseInt(hex, 16)));
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 5 }), (given) => {
      const bytes = Uint8Array.from(given);
      expect(isUtf8(bytes, 0, bytes.length)).toBe(platformSays(bytes));
      if (isUtf8(bytes, 0, bytes.length) && given.some((byte) => byte > 0x7f)) accepted += 1;
    }),
    { numRuns: 50_000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

test('every text is UTF-8, and so is no text that is cut inside a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.nat(), (text, place) => {
      const bytes = utf8Of(text);
      expect(isUtf8(bytes, 0, bytes.length)).toBe(true);
      const to = place % bytes.length;
      const isInside = ((bytes[to] ?? 0) & 0xc0) === 0x80;
      expect(isUtf8(bytes, 0, to)).toBe(!isInside);
    }),
  );
});
