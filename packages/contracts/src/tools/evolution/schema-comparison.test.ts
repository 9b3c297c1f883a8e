import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from '../../schemas/json-schema.ts';
import { Bytes, Doubles } from '../../schemas/binary.ts';
import { incompatibilities } from './schema-comparison.ts';
import { viewOf } from './schema-view.ts';

/* Corner cases that random schemas seldom reach. */

/** The place and the problem. */
function found(sender: z.ZodType, receiver: z.ZodType): string[] {
  const [from, to] = [sender, receiver].map((schema) => viewOf(jsonSchemaOf(schema, { annotated: false, open: true })));
  if (from === undefined || to === undefined) return [];
  return incompatibilities(from, to).map(({ at, problem }) => `${at}: ${problem}`);
}

const Tree = z.object({
  value: z.number(),
  get children() {
    return z.array(Tree);
  },
});
const shallow = z.object({ value: z.number(), children: z.array(z.object({ value: z.string() })) });
const deep = z.object({ value: z.number(), children: z.array(shallow) });

test.each<[string, z.ZodType, z.ZodType, string]>([
  ['fewer bytes, where base64 has as many letters', Bytes({ max: 5 }), Bytes({ max: 4 }), ': may be longer than 4'],
  ['fewer doubles', Doubles({ max: 5 }), Doubles({ max: 4 }), ': may be longer than 4'],
  ['bytes, where a text is read', Bytes({ max: 5 }), z.string(), ': may be bytes, where the receiver accepts string'],
  ['a text, where bytes are read', z.string(), Bytes({ max: 5 }), ': may be string, where the receiver accepts bytes'],
  ['doubles, where a list is read', Doubles({ max: 5 }), z.array(z.number()), ': may be doubles, where the receiver'],
  ['a list, where doubles are read', z.array(z.number()).max(1), Doubles({ max: 5 }), ': may be array, where the'],
  ['doubles, where bytes are read', Doubles({ max: 1 }), Bytes({ max: 8 }), ': may be doubles, where the receiver'],
  ['a bound itself', z.number().max(5), z.number().lt(5), ': may be 5 or above'],
  ['a bound itself, from below', z.number().min(5), z.number().gt(5), ': may be 5 or below'],
  [
    'a record, where a field is known',
    z.record(z.string(), z.number()),
    z.object({ a: z.string().optional() }),
    '.a: ',
  ],
  ['a field, where all others are numbers', z.object({ a: z.string() }), z.record(z.string(), z.number()), '.a: '],
  [
    'a name that a record does not have',
    z.object({ a: z.int() }),
    z.record(z.string().max(0), z.int()),
    '.a: is a field',
  ],
  ['what two of which exactly one may fit both accept', z.int(), z.xor([z.int(), z.number()]), ': fits none'],
  ['a tree, deeper down', Tree, deep, '.children[].children[].value: may be number'],
  ['a list with holes in its bounds', z.array(z.int()), z.array(z.int()).min(1), ': may have fewer than 1'],
  ['a tuple that goes on', z.tuple([z.int()], z.int()), z.tuple([z.int()]), ': may have more than 1'],
  ['a text of no format', z.string(), z.url(), ': may be a text without the format'],
  ['a text of which it is not known', z.literal('x'), z.url(), ': may be "x"'],
  [
    'what a loose part of an intersection keeps, deeper down',
    z.object({ a: z.object({}) }).and(z.looseObject({})),
    z.object({ a: z.strictObject({}) }),
    '.a: is restricted by "an intersection with a loose object"',
  ],
  ['an intersection', z.object({ a: z.int() }).and(z.looseObject({})), z.object({ b: z.int() }), '.b: may be left out'],
])('%s is incompatible', (_what, sender, receiver, line) => {
  expect(found(sender, receiver)[0]).toContain(line);
});

test.each<[string, z.ZodType, z.ZodType]>([
  ['a whole number as a number', z.int(), z.number()],
  ['a multiple of four as one of two', z.int().multipleOf(4), z.number().multipleOf(2)],
  ['one of several as one of more', z.enum(['a', 'b']), z.union([z.literal('c'), z.enum(['b', 'a'])])],
  ['a boolean as yes or no', z.boolean(), z.union([z.literal(true), z.literal(false)])],
  ['a tree as a tree whose nodes may have more', Tree, z.object({ value: z.number(), children: z.array(z.unknown()) })],
  ['a tuple as a list', z.tuple([z.int(), z.number()]), z.array(z.number()).max(2)],
  ['a variant as one of two', z.object({ kind: z.literal('a') }), variants('kind')],
  ['fields that both parts of an intersection declare', z.object({ a: z.int(), b: z.int() }), both()],
  ['an absent field that has a default', z.object({}), z.object({ a: z.int().default(1) })],
  ['never', z.never(), z.string()],
])('%s is compatible', (_what, sender, receiver) => {
  expect(found(sender, receiver)).toEqual([]);
});

function variants(kind: string): z.ZodType {
  return z.discriminatedUnion(kind, [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })] as never);
}

function both(): z.ZodType {
  return z.intersection(z.object({ a: z.int() }), z.object({ b: z.number() }).catchall(z.unknown()));
}

/** An expression: a leaf, or a node of two expressions. */
function expression(leaf: z.ZodType, how: 'leaf first' | 'node first'): z.ZodType {
  const Node = z.object({
    get left(): z.ZodType {
      return Expression;
    },
    get right(): z.ZodType {
      return Expression;
    },
  });
  const Expression = z.union(how === 'leaf first' ? [leaf, Node] : [Node, leaf]);
  return Expression;
}

test.each(['leaf first', 'node first'] as const)('a recursive union is compared to its end, %s', (how) => {
  const [numbers, integers] = [expression(z.number(), how), expression(z.int(), how)];
  expect(found(numbers, numbers)).toEqual([]);
  expect(found(integers, numbers)).toEqual([]);
  expect(found(numbers, integers)).toEqual([': may be number, where the receiver accepts integer']);
  expect(found(expression(z.string(), how), numbers)[0]).toContain('fits none of the alternatives');
});

/** An object with many fields of its own kind. */
function wide(leaf: z.ZodType, fields: number): z.ZodType {
  const names = Array.from({ length: fields }, (_, index) => `field${index}`);
  const Wide: z.ZodType = z.object({
    leaf,
    ...Object.fromEntries(names.map((name) => [name, z.optional(z.lazy(() => Wide))])),
  });
  return Wide;
}

test('a schema that refers to itself in many places is compared once, and each fault is reported once', () => {
  expect(found(wide(z.int(), 12), wide(z.number(), 12))).toEqual([]);
  expect(found(wide(z.number(), 12), wide(z.int(), 12))).toEqual([
    '.leaf: may be number, where the receiver accepts integer',
  ]);
});

test('results that depended on a pair that does not hold are discarded', () => {
  // B refers to A, and A is refused for its field n. So the alternative B is refused as well.
  const pair = (n: z.ZodType): z.ZodType => {
    const A = z.object({
      get b() {
        return z.optional(B);
      },
      n,
    });
    const B = z.object({
      get a() {
        return A;
      },
    });
    return z.object({ a: z.optional(A), choice: z.union([B, z.object({ c: z.string() })]) });
  };
  const places = found(pair(z.number()), pair(z.int())).map((one) => one.split(':')[0]);
  expect(places).toEqual(['.a.n', '.choice']);
});
