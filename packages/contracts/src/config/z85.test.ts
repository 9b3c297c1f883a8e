import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z85Decode, z85Encode } from './z85.ts';

test('the example of the specification has its form', () => {
  const bytes = Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b);
  expect(z85Encode(bytes)).toBe('HelloWorld');
  expect(z85Decode('HelloWorld')).toEqual(bytes);
});

test('every key comes back as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const text = z85Encode(key);
      expect(text).toHaveLength(40);
      expect(z85Decode(text)).toEqual(key);
    }),
  );
});

test.each(['HelloWorl', 'Hell"', 'Hellö', '#####', '%nSc1'])('the text %s, which is not Z85, is refused', (text) => {
  expect(z85Decode(text)).toBeUndefined();
});

test('bytes that do not fill groups of four are refused', () => {
  expect(() => z85Encode(new Uint8Array(3))).toThrow('3 bytes have no form in Z85');
});
