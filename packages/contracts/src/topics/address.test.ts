import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressLength, addressPrefixOf, isAddress, newAddress, parseRequestId, requestId } from './address.ts';

const address = fc.stringMatching(/^[a-z0-9]{12}$/);
const seq = fc.oneof(fc.nat(), fc.maxSafeNat()).filter((number) => number >= 1);

test('a new address has 12 characters of a-z0-9, whatever the random numbers', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.array(random, { minLength: 12, maxLength: 12 }), (numbers) => {
      const made = newAddress(() => numbers.shift() ?? 0);
      expect(made).toHaveLength(addressLength);
      expect(isAddress(made)).toBe(true);
    }),
  );
});

test('a new address begins with the prefix of its key, and draws the rest', () => {
  const made = newAddress(() => 0.999, 'k3f0q9');
  expect(made).toBe('k3f0q9999999');
});

test('the prefix of a key is the last six base 36 digits of its hash as a number', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(bytes, (hash) => {
      const number = hash.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
      expect(addressPrefixOf(hash)).toBe(number.toString(36).padStart(6, '0').slice(-6));
    }),
  );
});

test('every character of the alphabet can occur', () => {
  const characters = Array.from({ length: 36 }, (_, index) => newAddress(() => index / 36).charAt(0));
  expect(new Set(characters).size).toBe(36);
});

test('a text of another length or alphabet is not an address', () => {
  for (const text of ['', 'a'.repeat(11), 'a'.repeat(13), 'A'.repeat(12), 'abcdefghijk.', `${'a'.repeat(12)}\n`]) {
    expect(isAddress(text), text).toBe(false);
  }
});

test('a request id is read back as its address and seq', () => {
  fc.assert(
    fc.property(address, seq, (from, number) => {
      expect(parseRequestId(requestId(from, number))).toEqual({ address: from, seq: number });
    }),
  );
});

test('a request id has the form that the documentation shows', () => {
  expect(requestId('k3f0q9x2m1zd', 267)).toBe('k3f0q9x2m1zd-7f');
});

test.each([
  '',
  'k3f0q9x2m1zd',
  'k3f0q9x2m1zd-',
  'k3f0q9x2m1zd-0',
  'k3f0q9x2m1zd-07f',
  'k3f0q9x2m1zd-7F',
  'k3f0q9x2m1zd--7',
  'k3f0q9x2m1z-7f',
  'k3f0q9x2m1zd-zzzzzzzzzzz',
  'k3f0q9x2m1zd-7f ',
])('%j is not a request id', (text) => {
  expect(parseRequestId(text)).toBeUndefined();
});
