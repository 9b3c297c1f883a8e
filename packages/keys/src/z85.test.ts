import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfZ85, isKey, z85 } from './z85.ts';

test('the example of RFC 32 is written and read as the RFC says', () => {
  const bytes = Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b);
  expect(z85(bytes)).toBe('HelloWorld');
  expect(bytesOfZ85('HelloWorld')).toEqual(bytes);
});

test('all bytes are read back as they were written', () => {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 64 }).filter(({ length }) => length % 4 === 0);
  fc.assert(
    fc.property(bytes, (given) => {
      expect(bytesOfZ85(z85(given))).toEqual(given);
    }),
  );
});

test('bytes that are not a multiple of four are no text of Z85', () => {
  expect(() => z85(new Uint8Array(31))).toThrow(new RangeError('31 bytes are not a multiple of four'));
});

test.each(['Hello', 'HelloWorld'.slice(0, 9), 'Hell oWorl', 'Hell"', 'Hellö', '#####'])(
  '%j is no key, and no text makes the reader throw',
  (text) => {
    expect(isKey(text)).toBe(false);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => void bytesOfZ85(any)));
  },
);

test('a group whose value does not fit into four bytes is refused', () => {
  expect(bytesOfZ85('%nSc0')).toEqual(Uint8Array.of(255, 255, 255, 255));
  expect(bytesOfZ85('%nSc1')).toBeUndefined();
  expect(bytesOfZ85('#####')).toBeUndefined();
});

test('a key has 40 characters of Z85', () => {
  expect(isKey('rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7')).toBe(true);
  expect(isKey('rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]')).toBe(false);
});
