import fc from 'fast-check';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createCodec, encodeValue } from '../msgpack/codec.ts';
import { valueBytesMax } from '../messages/limits.ts';
import { asOnWire, isBinary } from './binary-value.ts';
import { copyOf, takeValue } from './plain-value.ts';
import { encodedBytes } from '../msgpack/value-size.ts';

const codec = createCodec();

/** A value as the other side reads it. */
function arrived(value: unknown): unknown {
  const opened = codec.decode(codec.encode('k3f0q9x2m1zd', 1, [[1, value]]));
  if (typeof opened === 'string') throw new Error(opened);
  return (opened.messages[0] as readonly unknown[])[1];
}

class Point {
  x = 1;
}

class List extends Array<number> {}

const revocable = Proxy.revocable([], {});
revocable.revoke();

const withSymbol = { a: 1, [Symbol('b')]: 2 };
const withName = Object.assign([1, 2], { name: 'x' });
const throwing = {
  get a(): number {
    throw new Error('not today');
  },
};
// oxlint-disable-next-line no-sparse-arrays -- it is what is meant
const sparse = [1, , 3];

test.each<[string, unknown, string]>([
  ['a Map', new Map([[1, 2]]), 'a Map cannot be sent'],
  ['a Set', new Set(), 'a Set cannot be sent'],
  ['a URL', new URL('https://example.org'), 'a URL cannot be sent'],
  ['an Error', new TypeError('x'), 'a TypeError cannot be sent'],
  ['a Date', new Date(0), 'a Date cannot be sent'],
  ['a RegExp', /x/, 'a RegExp cannot be sent'],
  ['floats', new Float32Array(3), 'a Float32Array cannot be sent'],
  ['an ArrayBuffer', new ArrayBuffer(3), 'an ArrayBuffer cannot be sent'],
  ['a Promise', Promise.resolve(1), 'a Promise cannot be sent'],
  ['an instance of a class', new Point(), 'a Point cannot be sent'],
  ['an instance of a class of lists', List.of(1), 'a List cannot be sent'],
  ['an object that inherits', Object.create({ a: 1 }), 'an object that is not plain cannot be sent'],
  ['a boxed number', Object(1), 'a Number cannot be sent'],
  ['a boxed text', Object('x'), 'a String cannot be sent'],
  ['a function', () => 1, 'a function cannot be sent'],
  ['a symbol', Symbol('x'), 'a symbol cannot be sent'],
  ['a bigint', 1n, 'a bigint cannot be sent'],
  ['undefined', undefined, 'undefined cannot be sent; null can'],
  ['Math', Math, 'an object with symbols for names cannot be sent'],
  ['an object with a symbol', withSymbol, 'an object with symbols for names cannot be sent'],
  ['a list with a named property', withName, 'a list with named properties cannot be sent'],
  ['half of a surrogate pair', 'a\ud83d', 'a text with half of a surrogate pair cannot be sent'],
  ['a getter that throws', throwing, 'it cannot be read: not today'],
  ['a Proxy that was revoked', revocable.proxy, /^it cannot be read: .*revoked/ as never],
])('%s is refused with its kind and place', (_what, value, why) => {
  const { fault } = takeValue(value);
  expect(fault).toMatch(why);
  if (typeof why === 'string') expect(fault).toBe(why);
  expect(takeValue({ rows: [1, { when: value ?? null }] }).fault ?? 'null').toMatch(
    value === undefined ? /null/ : /^rows\.1\.when: /,
  );
});

test('a missing or undefined element of a list is refused with its index', () => {
  expect(takeValue(sparse).fault).toBe('1: undefined cannot be sent; null can');
  expect(takeValue({ list: [undefined] }).fault).toBe('list.0: undefined cannot be sent; null can');
});

test('a key that is half of a surrogate pair is refused, and the message can be sent', () => {
  const { fault } = takeValue({ '\ude00': 1 });
  expect(fault).toBe('\ufffd: a text with half of a surrogate pair cannot be sent');
});

test('a property that is undefined is absent, and -0 is 0', () => {
  expect(Object.keys(takeValue({ a: undefined, b: 1 }).value as object)).toEqual(['b']);
  expect(takeValue([-0]).value).toStrictEqual([0]);
});

test('numbers that JSON cannot express arrive unchanged', () => {
  const numbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53 + 2, -(2 ** 63), 5e-324];
  expect(arrived(takeValue(numbers).value)).toStrictEqual(numbers);
});

test('objects of another realm and without a prototype are plain', () => {
  const made: unknown = runInContext('({ a: [1, { b: "x" }], c: Object.create(null) })', createContext({}));
  expect(takeValue(made).value).toStrictEqual({ a: [1, { b: 'x' }], c: {} });
  expect(takeValue(runInContext('new Map()', createContext({}))).fault).toBe('a Map cannot be sent');
});

test('toJSON is not called, and is refused as a function', () => {
  expect(takeValue({ toJSON: () => 1 }).fault).toBe('toJSON: a function cannot be sent');
  expect(takeValue({ toJSON: 1 }).value).toEqual({ toJSON: 1 });
});

test('each property is read once, whatever it returns', () => {
  let reads = 0;
  const counting = {
    get a(): number[] {
      reads += 1;
      return [reads];
    },
  };
  const changing = new Proxy([1, 2], { get: (list, key) => (key === '0' ? ++reads : Reflect.get(list, key)) });
  expect(takeValue(counting).value).toEqual({ a: [1] });
  expect(takeValue(changing).value).toEqual([2, 2]);
});

test('a copied value shares no part with the original', () => {
  const row = { n: 1 };
  const innermost = [1];
  const given = { list: [row], deep: { deeper: [innermost] } };
  const { value } = takeValue(given);
  const copy = copyOf(given);
  row.n = 2;
  innermost.push(2);
  expect(value).toEqual({ list: [{ n: 1 }], deep: { deeper: [[1]] } });
  expect(copy).toEqual(value);
});

test.each([
  ['ASCII', 'x'.repeat(valueBytesMax - 5), 'x'.repeat(valueBytesMax - 4)],
  ['two bytes a character', 'é'.repeat((valueBytesMax - 6) / 2), 'é'.repeat(valueBytesMax / 2)],
  ['pairs', '😀'.repeat((valueBytesMax - 8) / 4), '😀'.repeat(valueBytesMax / 4)],
  [
    'numbers',
    Array.from({ length: (valueBytesMax - 4) / 5 - 1 }, () => 65_536),
    Array.from({ length: (valueBytesMax - 4) / 5 }, () => 65_536),
  ],
])('%s counts as many bytes as it takes', (_what, fitting, tooLarge) => {
  expect(takeValue(fitting).fault).toBeUndefined();
  expect(encodeValue(fitting).length).toBeGreaterThan(valueBytesMax - 8);
  expect(encodeValue(fitting).length).toBeLessThanOrEqual(valueBytesMax);
  expect(takeValue(tooLarge).fault).toMatch(/bytes; a value has at most 4194304$/);
});

test.each([
  ['a text', 'x'.repeat(5_000_000), /^at least 5000000 bytes; a value has at most 4194304$/],
  [
    'bytes in an object',
    { n: 1, data: new Uint8Array(5_000_000) },
    /^at least 5000006 bytes; a value has at most 4194304$/,
  ],
  ['a list', Array.from({ length: 6_000_000 }, () => 1), /^at least 6000000 bytes; a value has at most 4194304$/],
  [
    'lists in a list',
    [Array.from({ length: 4_000_000 }, () => 1), Array.from({ length: 900_000 }, () => 1), 1, 2],
    /^at least 4900002 bytes; a value has at most 4194304$/,
  ],
  [
    'a text that is too large only when it is encoded',
    'é'.repeat(2_400_000),
    /^4800005 bytes; a value has at most 4194304$/,
  ],
])('the refusal of %s that is too large names its size and the limit', (_what, value, named) => {
  expect(takeValue(value).fault).toMatch(named);
});

test('a value that contains the same part again and again is refused early', () => {
  let value: unknown[] = [];
  for (let level = 0; level < 27; level += 1) value = [value, value, value];
  expect(takeValue(value).fault).toMatch(/lists, objects and texts/);
});

test.each([true, null])(
  'a value that contains the same long list of %s again and again is refused early',
  (element) => {
    let reads = 0;
    const list = new Proxy(
      Array.from({ length: 100_000 }, () => element),
      {
        get: (target, key) => ((reads += 1), target[key as unknown as number]),
      },
    );
    expect(takeValue(Array.from({ length: 400 }, () => list)).fault).toMatch(
      /^at least 4\d\d\d\d\d\d bytes; a value has at most 4194304$/,
    );
    expect(reads).toBeLessThan(5_000_000);
  },
);

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'x', '\ufeff', '€'), maxLength: 300 }),
  fc
    .tuple(fc.constantFrom('\ufeff', '\ufeff\ufeff', ''), fc.nat(400))
    .map(([mark, length]) => mark + 'ä'.repeat(length)),
);
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { maxDepth: 4 },
    fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true, withBigInt: true, maxDepth: 2 }),
    fc.anything({ withSparseArray: true, withNullPrototype: true, withBoxedValues: true, withObjectString: true }),
    text,
    fc.double(),
    fc.integer({ min: -70_000, max: 70_000 }),
    fc.array(tie('anything'), { maxLength: 4 }),
    fc.dictionary(text, tie('anything'), { maxKeys: 4 }),
  ),
}));

test('any value is refused, or arrives unchanged', () => {
  let sent = 0;
  let marked = 0;
  fc.assert(
    fc.property(anything, (value) => {
      const taken = takeValue(value);
      if (taken.fault !== undefined) return;
      sent += 1;
      if (JSON.stringify(value)?.includes('\ufeff')) marked += 1;
      expect(arrived(taken.value)).toStrictEqual(asOnWire(taken.value));
      // -0 becomes 0, and undefined properties become absent.
      expect(withoutMinusZero(value)).toEqual(taken.value);
      expect(encodedBytes(taken.value)).toBe(encodeValue(taken.value).length);
    }),
    { numRuns: 10_000 },
  );
  expect(sent).toBeGreaterThan(2_000);
  expect(marked).toBeGreaterThan(100);
});

function withoutMinusZero(value: unknown): unknown {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null || isBinary(value)) return value;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutMinusZero(part)]));
}
