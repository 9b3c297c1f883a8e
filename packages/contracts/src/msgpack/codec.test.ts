import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCodec, decodeValue, encodeValue } from './codec.ts';
import { batchMessagesMax, frameBytesMax, stragglersMax } from '../messages/limits.ts';

const codec = createCodec();
const sender = 'k3f0q9x2m1zd';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const notMinusZero = finite.filter((number) => !Object.is(number, -0));
const value = fc.jsonValue({ maxDepth: 4 }).map((json) => JSON.parse(JSON.stringify(json)) as unknown);
const safeValue = value.filter((json) => !JSON.stringify(json).includes('__proto__'));

test('a batch is read back as it was written', () => {
  const someone = fc.stringMatching(/^[a-z0-9]{12}$/);
  const settled = fc.maxSafeNat().map((number) => Math.max(number, 1));
  const stragglers = fc.option(fc.array(settled, { minLength: 1, maxLength: stragglersMax }), { nil: undefined });
  fc.assert(
    fc.property(someone, settled, fc.array(safeValue, { maxLength: 5 }), stragglers, (from, below, messages, open) => {
      const body = codec.encode(from, below, messages, open);
      const named = open === undefined ? {} : { stragglers: open };
      expect(codec.decode(body)).toStrictEqual({ sender: from, settledBelow: below, messages, ...named });
    }),
  );
});

test('every finite double except -0 arrives unchanged, to the last bit', () => {
  fc.assert(
    fc.property(notMinusZero, (number) => {
      expect(decodeValue(encodeValue(number))).toBe(number);
    }),
    { numRuns: 10_000 },
  );
});

test.each([0, 1, -1, 127, 128, -32, -33, 255, 256, -128, -129, 65_535, 65_536, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53])(
  'the integer %d arrives as it was, and so do its neighbours and its negative',
  (number) => {
    for (const near of [number - 1, number, number + 1, -number].filter((each) => !Object.is(each, -0))) {
      expect(decodeValue(encodeValue(near))).toBe(near);
    }
  },
);

test.each([Number.MIN_VALUE, Number.MAX_VALUE, Number.EPSILON, 5e-324, 2 ** 63, 2 ** 64, 1e300, 3e-200])(
  'the double %d arrives as it was',
  (number) => {
    expect(decodeValue(encodeValue(number))).toBe(number);
    expect(decodeValue(encodeValue(-number))).toBe(-number);
  },
);

test('-0 arrives as 0', () => {
  expect(decodeValue(encodeValue(-0))).toBe(0);
});

test('a property that is undefined counts as absent', () => {
  expect(decodeValue(encodeValue({ a: 1, b: undefined }))).toStrictEqual({ a: 1 });
});

test('a later body does not overwrite an earlier one', () => {
  const first = codec.encode(sender, 1, [[1, 'first']]);
  const copy = Uint8Array.from(first);
  codec.encode(sender, 2, [[2, 'second, which is longer than the first']]);
  expect(first).toEqual(copy);
});

test('a body that is a view into a larger buffer is decoded, because ZeroMQ delivers such views', () => {
  const body = codec.encode(sender, 1, [[1]]);
  const larger = new Uint8Array(body.length + 20).fill(0xff);
  larger.set(body, 7);
  expect(codec.decode(larger.subarray(7, 7 + body.length))).toEqual({ sender, settledBelow: 1, messages: [[1]] });
});

test('a field that a newer writer appended to the batch is ignored', () => {
  const batch = { sender, settledBelow: 1, messages: [] };
  expect(codec.decode(encodeValue([sender, 1, [], null, 'new']))).toStrictEqual(batch);
  expect(codec.decode(encodeValue([sender, 1, [], [], 'new']))).toStrictEqual({ ...batch, stragglers: [] });
});

test.each([
  ['nil', null],
  ['a number', 7],
  ['an object', { sender, settledBelow: 1, messages: [] }],
  ['no fields', []],
  ['no messages', [sender, 1]],
  ['a sender that is not an address', ['someone', 1, []]],
  ['a sender in upper case', [sender.toUpperCase(), 1, []]],
  ['settledBelow 0', [sender, 0, []]],
  ['settledBelow that is not an integer', [sender, 1.5, []]],
  ['messages that are not a list', [sender, 1, { 0: [] }]],
  ['a straggler that is not a list', [sender, 9, [], 3]],
  ['a straggler that is not a seq', [sender, 9, [], [0]]],
  [
    'more stragglers than a batch names',
    [sender, 99, [], Array.from({ length: stragglersMax + 1 }, (_, at) => at + 1)],
  ],
  ['more messages than a batch holds', [sender, 1, Array.from({ length: batchMessagesMax + 1 }, () => [])]],
])('%s is not a batch', (_what, body) => {
  expect(codec.decode(encodeValue(body))).toBe('not-a-batch');
});

test('a key that would reach an object’s prototype is refused with its body', () => {
  const good = codec.encode(sender, 1, [{ aaaaaaaaa: 1 }]);
  const text = new TextDecoder('latin1').decode(good);
  const forged = Uint8Array.from(text.replace('aaaaaaaaa', '__proto__'), (character) => character.charCodeAt(0));
  expect(codec.decode(forged)).toBe('not-messagepack');
});

test.each([
  ['a number as a key', [0x81, 0x01, 0xc0]],
  ['a number as a key beside a marked text', [0x81, 0x01, 0xd9, 0x04, 0xef, 0xbb, 0xbf, 0x61]],
  ['nil as a key', [0x81, 0xc0, 0xc0]],
  ['a list as a key', [0x81, 0x90, 0xc0]],
  ['a byte that is not UTF-8 in a short text', [0xa1, 0xff]],
  ['a byte that is not UTF-8 in a key', [0x81, 0xa1, 0xff, 0xc0]],
  ['a longer form of a character than needed', [0xa2, 0xc1, 0x81]],
  ['half of a surrogate pair', [0xa3, 0xed, 0xa0, 0xbd]],
  ['a text that ends inside a character', [0xd9, 0x02, 0x61, 0xc3]],
])('%s is refused with its body', (_what, bytes) => {
  expect(decodeValue(Uint8Array.from(bytes))).toBeUndefined();
  const body = Uint8Array.from([...encodeValue([sender, 1]), 0x91, ...bytes]);
  // A list of three: sender, settledBelow and the list of one message.
  body[0] = 0x93;
  expect(codec.decode(body)).toBe('not-messagepack');
});

test('200 bytes that announce gigabytes are refused without allocating them', () => {
  const announce = [0xdd, 0x01, 0xff, 0xff, 0xff];
  const bytes = Uint8Array.from(Array.from({ length: 40 }, () => announce).flat());
  expect(codec.decode(bytes)).toBe('not-messagepack');
  expect(decodeValue(bytes)).toBeUndefined();
});

test('a million nested lists are refused', () => {
  expect(codec.decode(new Uint8Array(frameBytesMax).fill(0x91))).toBe('not-messagepack');
});

test('no bytes make the codec throw', () => {
  const outcome = (bytes: Uint8Array): unknown => {
    const opened = codec.decode(bytes);
    return typeof opened === 'string' ? opened : typeof opened;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(['not-messagepack', 'not-a-batch', 'object']).toContain(outcome(bytes));
    }),
    { numRuns: 20_000 },
  );
});

test('no damaged body makes the codec throw', () => {
  const good = codec.encode(sender, 3, [[1, 'hypotenuse', 0xdeadbeef, 2, 12.5, 5_000], [{ a: [null, true] }]]);
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, fc.nat(good.length), (changes, length) => {
      const bytes = Uint8Array.from(good);
      for (const [at, byte] of changes) bytes[at] = byte;
      codec.decode(bytes.subarray(0, length));
      codec.decode(bytes);
    }),
    { numRuns: 20_000 },
  );
});

test('the codec decodes the next body after refused bytes', () => {
  const body = codec.encode(sender, 1, [[1]]);
  codec.decode(Uint8Array.of(0x81, 0xc0, 0x01));
  codec.decode(Uint8Array.of(0xc1));
  expect(codec.decode(body)).toEqual({ sender, settledBelow: 1, messages: [[1]] });
});

test('the codec encodes the next value after a value that cannot be encoded', () => {
  expect(() => codec.encode(sender, 1, [[1n]])).toThrow();
  expect(codec.decode(codec.encode(sender, 1, [[1]]))).toEqual({ sender, settledBelow: 1, messages: [[1]] });
});

test.each([31, 32, 66, 67, 300, 70_000])(
  'a text of %d characters keeps the U+FEFF at its beginning, and so does a key',
  (length) => {
    for (const marks of ['\ufeff', '\ufeff\ufeff']) {
      const text = marks + 'x'.repeat(length - marks.length);
      const messages = [[{ [text]: text }, 'é', text, ['\ufeff', 12, null]]];
      expect(codec.decode(codec.encode(sender, 1, messages))).toStrictEqual({ sender, settledBelow: 1, messages });
    }
  },
);
