import { setFlagsFromString } from 'node:v8';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { messageLayout, misfit } from './message-layout.ts';

const sample = messageLayout({
  seq: z.int().min(1),
  hint: z.string().optional(),
  value: z.number().nullable(),
  trace: z.string().optional(),
  via: z.array(z.int()).optional(),
});

const optionalText = fc.option(fc.string(), { nil: undefined });
const message = fc.record({
  seq: fc.integer({ min: 1 }),
  hint: optionalText,
  value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null }),
  trace: optionalText,
  via: fc.option(fc.array(fc.integer()), { nil: undefined }),
});

test('the order of the declaration is the order on the wire', () => {
  expect(sample.fields).toEqual(['seq', 'hint', 'value', 'trace', 'via']);
  expect(sample.write({ via: [3], value: 2, trace: 'x', seq: 1, hint: 'h' })).toEqual([1, 'h', 2, 'x', [3]]);
});

test('a written message is read back, with absent fields as undefined and as nil', () => {
  fc.assert(
    fc.property(message, (written) => {
      const positions = sample.write(written);
      const nils = positions.map((field) => (field === undefined ? null : field));
      expect(sample.read(positions)).toEqual(written);
      expect(sample.read(nils)).toEqual(written);
    }),
  );
});

test('absent optional fields at the end are left off', () => {
  expect(sample.write({ seq: 1, value: 2 })).toEqual([1, undefined, 2]);
  expect(sample.write({ seq: 1, value: 2, trace: undefined, via: undefined })).toHaveLength(3);
});

test('an absent optional field in the middle leaves no property behind', () => {
  expect(sample.read([1, null, 2, null, [7]])).toStrictEqual({ seq: 1, value: 2, via: [7] });
});

test('null survives where the schema allows it', () => {
  expect(sample.write({ seq: 1, value: null })).toEqual([1, undefined, null]);
  expect(sample.read([1, null, null])).toStrictEqual({ seq: 1, value: null });
});

test('fields that a newer writer appended are ignored', () => {
  expect(sample.read([1, 'h', 2, 'x', [], 'new', { newer: true }])).toStrictEqual({
    seq: 1,
    hint: 'h',
    value: 2,
    trace: 'x',
    via: [],
  });
});

test.each([
  ['nothing', undefined, 'not an array of fields'],
  ['an object with the right names', { seq: 1, value: 2 }, 'not an array of fields'],
  ['a text', '1,2,3', 'not an array of fields'],
  ['no fields', [], 'seq: Invalid input: expected number, received undefined'],
  ['a missing required field', [1], 'value: Invalid input: expected number, received undefined'],
  ['nil for a required field', [null, 'h', 2], 'seq: Invalid input: expected number, received null'],
  ['a wrong type', [1, 'h', '2'], 'value: Invalid input: expected number, received string'],
  ['a value out of range', [0, 'h', 2], 'seq: Too small: expected number to be >=1'],
  ['a fault inside a field', [1, 'h', 2, 'x', [1, 'y']], 'via.1: Invalid input: expected number, received string'],
])('%s is refused, and the fault names the place', (_what, positions, fault) => {
  expect(sample.read(positions)).toBeUndefined();
  expect(sample.fault(positions)).toBe(fault);
});

test('older readers understand newer writers, and newer readers understand older writers', () => {
  const older = messageLayout({ seq: z.int() });
  const newer = messageLayout({ seq: z.int(), note: z.string().optional() });
  expect(older.read(newer.write({ seq: 1, note: 'n' }))).toStrictEqual({ seq: 1 });
  expect(newer.read(older.write({ seq: 1 }))).toStrictEqual({ seq: 1 });
});

test('a misfit without a path is reported by its message alone', () => {
  const { error } = z.number().safeParse('x');
  expect(error && misfit(error)).toBe('Invalid input: expected number, received string');
});

test('a message of fractions alone is not an array of bare fractions, which would slow the encoder down for all messages', () => {
  const fractions = messageLayout({ share: z.number(), seconds: z.number() }).write({ share: 0.25, seconds: 1.5 });
  expect(fractions).toEqual([0.25, 1.5]);
  expect(isOfFractions(fractions)).toBe(false);
  expect(isOfFractions([0.25, 1.5])).toBe(true);
});

/** Whether V8 keeps the array's elements as bare fractions. */
function isOfFractions(array: readonly unknown[]): boolean {
  setFlagsFromString('--allow-natives-syntax');
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the syntax is no JavaScript
  return new Function('array', 'return %HasDoubleElements(array)')(array) as boolean;
}
