import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  batchLayout,
  beatLayout,
  cancelLayout,
  failureLayout,
  helloLayout,
  operandLayout,
  operationRequestLayout,
  statusRequestLayout,
  successLayout,
} from '../messages/messages.ts';
import { validatorOf } from './validate.ts';

const layouts = {
  operandLayout,
  operationRequestLayout,
  successLayout,
  failureLayout,
  statusRequestLayout,
  helloLayout,
  beatLayout,
  cancelLayout,
  batchLayout,
};

const nearBounds = fc.constantFrom(
  -1,
  0,
  1,
  7,
  8,
  9,
  128,
  0xffffffff,
  0x100000000,
  86_400_000,
  86_400_001,
  2 ** 53,
  0.5,
);
const field = fc.oneof(
  nearBounds,
  fc.double(),
  fc.integer(),
  fc.constantFrom('hypotenuse', 'Hypotenuse', 'then', 'square', '', 'x'.repeat(129)),
  fc.string({ maxLength: 140 }),
  fc.array(fc.oneof(nearBounds, fc.string()), { maxLength: 10 }),
  fc.dictionary(fc.constantFrom('square', 'hypotenuse', 'Square', ''), fc.oneof(nearBounds, fc.string())),
  fc.constantFrom(null, undefined, true, Number.NaN, Number.POSITIVE_INFINITY),
);

test.each(Object.entries(layouts))('%s is read without Zod, and refuses what its schema refuses', (_name, layout) => {
  for (const schema of Object.values(layout.schema.shape)) expect(validatorOf(schema)).toBeTypeOf('function');
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), (positions) => {
      const named: Record<string, unknown> = {};
      for (const [index, name] of layout.fields.entries()) {
        const schema = Object.values(layout.schema.shape)[index];
        const value = positions[index];
        // MessagePack has no undefined. An undefined property is absent, and nil stands for an absent optional field.
        const absent = value === undefined || (value === null && schema instanceof z.ZodOptional);
        if (!absent) named[name] = value;
      }
      const parsed = layout.schema.safeParse(named);
      expect(layout.read(positions)).toEqual(parsed.success ? parsed.data : undefined);
    }),
    { numRuns: 5_000 },
  );
});

// Zod leaves `__proto__` out, and the check refuses it; MessagePack never contains it.
const anything = fc.anything({ withNullPrototype: true, key: fc.string().filter((name) => name !== '__proto__') });
const like = (element: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.dictionary(fc.constantFrom('a', 'bb', 'ccc', 'constructor'), element),
    fc.array(element, { maxLength: 3 }),
    element,
    anything,
  );

test.each([
  ['a record', z.record(z.string().max(2), z.number())],
  ['a record with null for a prototype or anything else', z.record(z.string(), z.unknown())],
  ['a record of records', z.record(z.string(), z.record(z.string().min(1), z.int()))],
  ['an enum', z.enum(['a', 'b'])],
  ['an array of an enum', z.array(z.enum(['a', 'bb']))],
  ['a tuple', z.tuple([z.number(), z.string()])],
  ['an empty tuple', z.tuple([])],
  ['a tuple of tuples', z.tuple([z.tuple([z.int()]), z.literal('a')])],
])('%s that fits is accepted without Zod, and Zod returns the same value', (_what, schema: z.ZodType) => {
  const fits = validatorOf(schema);
  const element = fc.oneof(nearBounds, fc.constantFrom('a', 'b', 'bb'), like(nearBounds));
  fc.assert(
    fc.property(like(element), (value) => {
      const parsed = schema.safeParse(value);
      expect(fits?.(value)).toBe(parsed.success);
      if (parsed.success) expect(parsed.data).toEqual(value);
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['an object', z.object({ a: z.number() })],
  ['a refinement', z.string().refine((text) => text === 'x')],
  ['two patterns', z.string().regex(/a/).regex(/b/)],
  ['a pattern that remembers', z.string().regex(/a/g)],
  ['an exclusive bound', z.number().gt(1)],
  ['a multiple', z.number().multipleOf(3)],
  ['an array of such', z.array(z.number().multipleOf(3))],
  ['an optional such', z.number().multipleOf(3).optional()],
  ['a transformation', z.string().trim()],
  ['a tuple with a rest', z.tuple([z.number()], z.number())],
  ['a tuple with an optional element', z.tuple([z.number().optional()])],
  ['a refined tuple', z.tuple([z.number()]).refine(() => true)],
  ['a record with names from a list', z.record(z.enum(['a', 'b']), z.number())],
  ['a loose record', z.looseRecord(z.string().regex(/a/), z.number())],
  ['a record of such', z.record(z.string(), z.number().multipleOf(3))],
  ['anything that is refined', z.unknown().refine(() => false)],
  ['a refined literal', z.literal('a').refine(() => false)],
  [
    'a refined optional',
    z
      .number()
      .optional()
      .refine(() => false),
  ],
  ['an exact optional', z.exactOptional(z.number())],
  ['a text that becomes a number', z.coerce.number()],
  ['a list of such texts', z.array(z.coerce.number())],
])('%s is left to Zod', (_what, schema) => {
  expect(validatorOf(schema)).toBeUndefined();
});
