import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { StatusReport } from '../messages/messages.ts';
import { isBrief, earlyValidatorOf } from './validate-early.ts';

const Tree = z.object({
  value: z.number(),
  get children() {
    return z.array(Tree);
  },
});
const Even = z.object({
  get next() {
    return z.nullable(Odd);
  },
});
const Odd = z.object({
  value: z.number(),
  get next() {
    return z.optional(Even);
  },
});
const Nested: z.ZodType = z.lazy(() => z.record(z.string(), z.union([z.number(), z.array(Nested)])));

const schemas = {
  tree: Tree,
  mutual: Even,
  lazy: Nested,
  report: StatusReport,
  points: z.array(z.object({ x: z.number(), y: z.number().multipleOf(3).optional() })),
  table: z.record(z.string(), z.array(z.string().nullable())),
  choice: z.union([z.string(), z.array(z.number())]),
  loose: z.looseRecord(z.string().regex(/a/), z.number()),
  coerced: z.array(z.coerce.number()),
  lenient: z.object({ a: z.array(z.number().catch(0)) }),
};

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.array(fc.record({ x: fc.oneof(fc.integer(), fc.string()), y: fc.constantFrom(3, 4, undefined) })),
  fc.dictionary(
    fc.string({ maxLength: 3 }).filter((key) => key !== '__proto__'),
    fc.array(fc.oneof(fc.string(), fc.constant(null), fc.integer())),
  ),
  fc.record({ a: fc.array(fc.jsonValue({ maxDepth: 0 })) }),
  nested(3),
);

/** Trees, and schemas that refer to each other, some with a fault somewhere. */
function nested(depth: number): fc.Arbitrary<unknown> {
  const next = depth === 0 ? fc.constant(undefined) : nested(depth - 1);
  const children = depth === 0 ? fc.constant([]) : fc.array(nested(depth - 1), { maxLength: 2 });
  const number = fc.oneof({ weight: 5, arbitrary: fc.integer() }, { weight: 1, arbitrary: fc.string() });
  return fc.oneof(
    fc.record({ value: number, children }),
    fc.record({ value: number, next }),
    fc.record({ next: fc.option(next) }),
    fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(number, children)),
  );
}

test.each(Object.entries(schemas))(
  'a schema refuses every value that the early validator of %s refuses',
  (_name, schema) => {
    const check = earlyValidatorOf(schema);
    fc.assert(
      fc.property(value, (given) => {
        if (!check(given)) expect(schema.safeParse(given).success).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  },
);

test('the early validator stops at the first element that does not fit', () => {
  let read = 0;
  const nils = new Proxy(
    Array.from({ length: 100_000 }, () => null),
    {
      get(target, key, receiver) {
        read += 1;
        return Reflect.get(target, key, receiver) as unknown;
      },
    },
  );
  const report = { role: 'op-server', serves: nils, host: 'h', pid: 1, sinceMs: 1, inFlight: 0, answered: 0 };
  expect(earlyValidatorOf(StatusReport)(report)).toBe(false);
  expect(read).toBeLessThan(10);
});

test('a value of a thousand parts, nested in any way, is not brief', () => {
  expect(isBrief(12)).toBe(true);
  expect(isBrief([[1, 2], { a: 'b' }])).toBe(true);
  expect(isBrief(Array.from({ length: 2_000 }, () => 1))).toBe(false);
  expect(isBrief(Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => 1)))).toBe(false);
});

test('the early validator follows a recursive schema as deep as the value goes', () => {
  const check = earlyValidatorOf(Tree);
  const leaf = { value: 1, children: [] };
  expect(check({ value: 1, children: [{ value: 2, children: [leaf, leaf] }] })).toBe(true);
  expect(check({ value: 1, children: [{ value: 2, children: [leaf, { value: 'x', children: [] }] }] })).toBe(false);
  expect(earlyValidatorOf(Even)({ next: { value: 1, next: { next: { value: 'x' } } } })).toBe(false);
  expect(earlyValidatorOf(Nested)({ a: { b: 3 } })).toBe(true);
  expect(earlyValidatorOf(Nested)([])).toBe(false);
});
