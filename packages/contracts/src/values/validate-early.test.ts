import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { StatusReport } from '../messages/messages.ts';
import { parser } from './parse.ts';
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
  refined: z.array(z.union([z.string().refine((text) => text.length > 1), z.int().multipleOf(3)])),
  tagged: z.array(z.discriminatedUnion('x', [z.object({ x: z.literal(1) }), z.object({ x: z.literal('a') })])),
  both: z.intersection(z.object({ a: z.array(z.number().positive()) }), z.looseObject({})),
  rest: z.tuple([z.string().optional()]).rest(z.number().lt(5)),
  defaults: z.object({ a: z.array(z.number()).default([1]).readonly() }),
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

test.each<[string, z.ZodType, unknown]>([
  ['an alternative', z.union([z.string(), z.array(z.string())]), null],
  [
    'a discriminated alternative',
    z.discriminatedUnion('k', [z.object({ k: z.literal(1), a: z.array(z.int()) })]),
    null,
  ],
  ['a refinement', z.array(z.number().refine((given) => given > 1)), 1],
  ['a bound that is excluded', z.array(z.number().positive()), 0],
  ['a divisor', z.array(z.number().multipleOf(3)), 1],
  ['a format', z.array(z.email()), 'x'],
  ['a list with a refinement', z.array(z.string()).refine(() => true), null],
  ['an intersection', z.intersection(z.array(z.string()), z.array(z.unknown())), null],
  ['a default', z.array(z.string()).default([]), null],
  ['a tuple with a rest', z.tuple([]).rest(z.string()), null],
  ['a text with a template', z.array(z.templateLiteral(['a', z.string()])), 'b'],
])('%s is refused at its first element that does not fit', (_what, schema, element) => {
  const parse = parser(schema);
  const list = Array.from({ length: 50_000 }, () => element);
  let read = 0;
  const counted = new Proxy(list, {
    get(target, key, receiver) {
      read += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  expect(earlyValidatorOf(schema)(counted)).toBe(false);
  expect(read).toBeLessThan(20);
  expect(parse(list)).toEqual({ fits: false, problem: 'does not fit the contract' });
  expect(parse([element]).fits).toBe(false);
});

test('refinements that throw, or that return a promise, are left to the full check', () => {
  const late = z.array(z.number().refine(async () => Promise.reject(new Error('late'))));
  const throwing = z.array(
    z.number().refine(() => {
      throw new Error('no');
    }),
  );
  const list = Array.from({ length: 2_000 }, () => 1);
  expect(parser(late)(list)).toMatchObject({ fits: false, threw: true });
  expect(parser(throwing)(list)).toMatchObject({ fits: false, threw: true });
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
  expect(earlyValidatorOf(Nested)({ a: [{ b: 3 }] })).toBe(true);
  expect(earlyValidatorOf(Nested)({ a: { b: 3 } })).toBe(false);
  expect(earlyValidatorOf(Nested)([])).toBe(false);
});
