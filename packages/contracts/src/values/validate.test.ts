import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
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
])('%s is left to Zod', (_what, schema) => {
  expect(validatorOf(schema)).toBeUndefined();
});
