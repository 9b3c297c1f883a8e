import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressPrefixOf } from './address-prefix.ts';

test('the prefix is the last six digits of the hash in base 36', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
      const number = BigInt(`0x${Buffer.from(hash).toString('hex')}`);
      expect(addressPrefixOf(hash)).toBe(number.toString(36).padStart(6, '0').slice(-6));
    }),
  );
});

test('a small number is filled up with zeros', () => {
  expect(addressPrefixOf(Uint8Array.of(0, 35))).toBe('00000z');
});
