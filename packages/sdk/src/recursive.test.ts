import type { Formula, Operation } from '@cateto/contracts';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { simulate } from './testing/simulate.ts';

/* Recursive values, through every kind of container, from the client to the op-server and back. */

const Tree = z.object({
  value: Finite,
  get children() {
    return z.array(Tree);
  },
});
const List = z.object({
  value: Finite,
  get next() {
    return z.optional(List);
  },
});
const Folder = z.object({
  get entries(): z.ZodRecord<z.ZodString, z.ZodNullable<z.ZodType>> {
    return z.record(z.string(), z.nullable(Folder));
  },
});
const Question = z.object({
  get answers() {
    return z.array(Answer);
  },
});
const Answer = z.object({
  text: z.string(),
  get leadsTo() {
    return z.optional(Question);
  },
});
const Sum = z.strictObject({
  kind: z.literal('sum'),
  get of(): z.ZodArray {
    return z.array(Term);
  },
});
const Term: z.ZodType = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('number'), n: Finite }), Sum]);
const Nested: z.ZodType = z.lazy(() => z.union([Finite, z.array(Nested)]));
const Chain: z.ZodType = z.lazy(() => z.tuple([Finite, z.nullable(Chain)]));

const cases: readonly (readonly [kind: string, schema: z.ZodType, value: unknown])[] = [
  ['a list of the same type', Tree, { value: 1, children: [{ value: 2, children: [] }] }],
  ['an optional value', List, { value: 1, next: { value: 2 } }],
  ['a record', Folder, { entries: { a: null, b: { entries: {} } } }],
  ['two types that contain each other', Question, { answers: [{ text: 'yes', leadsTo: { answers: [] } }] }],
  ['a union', Term, { kind: 'sum', of: [{ kind: 'number', n: 1 }] }],
  ['z.lazy', Nested, [1, [2, [3]]]],
  ['a tuple', Chain, [1, [2, null]]],
  ['z.json', z.json(), { a: [1, 'b', null, { c: true }] }],
];

/** A system whose formula and operation return their input. */
function systemOf(schema: z.ZodType, example: unknown) {
  const echo: Operation = operation({
    name: 'echo',
    description: 'What it is given.',
    input: schema,
    output: schema,
    example: { input: example, output: example },
  });
  const same: Formula = formula({
    name: 'same',
    description: 'What it is given.',
    operands: [['a', schema]],
    output: schema,
    example: { operands: [example], output: example },
  });
  const catalogue = defineCatalogue({ operations: { echo }, formulas: { same } });
  const formulas = { same: formulaCode(same, { plan: ([a]) => [call(echo, a)], combine: ([result]) => result }) };
  const network = simulate({ brokers: 1 });
  network.serve({ catalogue, handlers: { echo: (value) => value }, formulas });
  const client = network.connect({ catalogue });
  return (value: unknown) => client.call('same', [value]);
}

describe.each(cases)('a recursive value: %s', (_kind, schema, example) => {
  test('a recursive value arrives unchanged and comes back unchanged', async () => {
    expect((await systemOf(schema, example)(example)).value).toEqual(example);
  });

  test('a value that contains itself is refused', async () => {
    const ask = systemOf(schema, example);
    const endless = structuredClone(example) as Record<string, unknown>;
    const last = Object.keys(endless).at(-1) ?? '';
    endless[last] = within(endless[last], endless);
    await expect(ask(endless)).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

/** A part of a value, with the whole in place of the part's own part. */
function within(part: unknown, whole: unknown): unknown {
  if (Array.isArray(part)) return part.map(() => whole);
  if (typeof part !== 'object' || part === null) return whole;
  return 'value' in part ? whole : Object.fromEntries(Object.keys(part).map((key) => [key, whole]));
}

test('a recursive value may be as deep as any other value, and a deeper one is refused for its depth', async () => {
  const deep = (levels: number): unknown => ({ value: 1, children: levels === 1 ? [] : [deep(levels - 1)] });
  const ask = systemOf(Tree, deep(1));
  expect((await ask(deep(14))).value).toEqual(deep(14));
  for (const levels of [15, 100, 100_000]) {
    await expect(ask(deepTree(levels))).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('nested too deep'),
    });
  }
});

/** Built from its leaf, because a recursive function could not go so deep. */
function deepTree(levels: number): unknown {
  let tree: unknown = { value: 1, children: [] };
  for (let level = 1; level < levels; level += 1) tree = { value: 1, children: [tree] };
  return tree;
}

test('a recursive value with a wrong part deep inside is refused, and the message has the path of that part', async () => {
  const ask = systemOf(Tree, { value: 1, children: [] });
  await expect(ask({ value: 1, children: [{ value: 'two', children: [] }] })).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('children.0.value'),
  });
});
