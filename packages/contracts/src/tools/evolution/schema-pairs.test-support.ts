import fc from 'fast-check';
import { z } from 'zod';

/** Two schemas that resemble each other, as those of two releases do, and values for the sender's. */
export interface SchemaPair {
  readonly sender: z.ZodType;
  readonly receiver: z.ZodType;
  readonly values: fc.Arbitrary<unknown>;
}

/** Either the same part on both sides, or a different part on each. */
function twice<T>(part: fc.Arbitrary<T>): fc.Arbitrary<readonly [sender: T, receiver: T]> {
  return fc.oneof(
    { weight: 3, arbitrary: part.map((one) => [one, one] as const) },
    { weight: 1, arbitrary: fc.tuple(part, part) },
  );
}

function pairOf<T>(
  part: fc.Arbitrary<T>,
  schema: (part: T) => z.ZodType,
  values: (sender: T) => fc.Arbitrary<unknown>,
): fc.Arbitrary<SchemaPair> {
  return twice(part).map(([sender, receiver]) => ({
    sender: schema(sender),
    receiver: schema(receiver),
    values: values(sender),
  }));
}

const small = fc.integer({ min: -4, max: 8 });
const quite = fc.constantFrom(true, true, false);

/** Bounds that admit some values. Each bound may be missing. */
function bounds(low: fc.Arbitrary<number>, span: fc.Arbitrary<number>) {
  return fc.record({ low, span, below: quite, above: quite }).map((given) => ({
    least: given.below ? given.low : undefined,
    most: given.above ? given.low + given.span : undefined,
  }));
}

const lengths = bounds(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
const quarters = fc.integer({ min: -32, max: 64 }).map((quarter) => quarter / 4);

const number = pairOf(
  fc.record({
    range: bounds(small, fc.integer({ min: 5, max: 9 })),
    itself: fc.boolean(),
    whole: fc.boolean(),
    step: fc.constantFrom(undefined, undefined, 1, 2, 4),
  }),
  ({ range: { least, most }, itself, whole, step }) => {
    let schema = whole ? z.int() : z.number();
    if (least !== undefined) schema = itself ? schema.min(least) : schema.gt(least);
    if (most !== undefined) schema = itself ? schema.max(most) : schema.lt(most);
    return step === undefined ? schema : schema.multipleOf(step);
  },
  () => quarters,
);

const text = pairOf(
  fc.record({ range: lengths, shape: fc.constantFrom(undefined, undefined, /^a/, /b$/, /^[ab]*$/) }),
  ({ range: { least, most }, shape }) => {
    let schema = z.string();
    if (least !== undefined) schema = schema.min(least);
    if (most !== undefined) schema = schema.max(most);
    return shape === undefined ? schema : schema.regex(shape);
  },
  () => fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 }),
);

const listed = pairOf(
  fc.uniqueArray(fc.constantFrom('a', 'b', 'ab', 0, 1, 2.5, true, null), { minLength: 1, maxLength: 4 }),
  (values) => z.literal(values),
  (values) => fc.constantFrom(...values),
);

const whole = pairOf(
  fc.constantFrom<z.ZodType>(z.boolean(), z.null(), z.unknown()),
  (schema) => schema,
  () => fc.oneof(small, fc.constantFrom('a', true, false, null, [], {}, [1], { a: 1 }, { a: 'a', b: 2 })),
);

const Tree = z.object({
  value: z.number(),
  get children() {
    return z.array(Tree);
  },
});
const NotedTree = z.object({
  value: z.int(),
  note: z.string().optional(),
  get children() {
    return z.array(NotedTree).max(1);
  },
});
const trees = fc.letrec((tie) => ({
  tree: fc.record({ value: fc.integer(), children: fc.array(tie('tree'), { maxLength: 1 }) }),
}));
const recursive = pairOf(
  fc.constantFrom(Tree, NotedTree),
  (schema) => schema,
  () => trees.tree,
);

type Presence = 'always' | 'optional' | 'default' | 'absent';
type Openness = 'ignores' | 'strict' | 'loose' | 'numbers';

interface Field {
  readonly name: string;
  readonly of: SchemaPair;
  readonly presence: readonly [sender: Presence, receiver: Presence];
}

const presences = twice(fc.constantFrom<Presence>('always', 'always', 'optional', 'optional', 'default', 'absent'));
const opennesses = twice(fc.constantFrom<Openness>('ignores', 'ignores', 'ignores', 'strict', 'loose', 'numbers'));

function objectSchema(fields: readonly (readonly [string, z.ZodType, Presence])[], openness: Openness): z.ZodType {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, schema, presence] of fields) {
    if (presence === 'absent') continue;
    shape[name] = presence === 'optional' ? schema.optional() : schema;
    // A default must be one of the field's own values.
    if (presence === 'default' && schema.safeParse(0).success) shape[name] = schema.default(0);
  }
  if (openness === 'strict') return z.strictObject(shape);
  if (openness === 'loose') return z.looseObject(shape);
  return openness === 'numbers' ? z.object(shape).catchall(z.number()) : z.object(shape);
}

function objectValues(fields: readonly Field[], openness: Openness): fc.Arbitrary<unknown> {
  const present = fields.filter(({ presence: [sender] }) => sender !== 'absent');
  const known = fc.record(Object.fromEntries(present.map(({ name, of }) => [name, of.values])), {
    requiredKeys: present.filter(({ presence: [sender] }) => sender !== 'optional').map(({ name }) => name),
  });
  if (openness === 'ignores' || openness === 'strict') return known;
  const more = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), small, { maxKeys: 2 });
  return fc.tuple(more, known).map(([others, own]) => ({ ...others, ...own }));
}

function objects(of: fc.Arbitrary<SchemaPair>, presence: typeof presences): fc.Arbitrary<SchemaPair> {
  const field = fc.record({ name: fc.constantFrom('a', 'b', 'c'), of, presence });
  return fc
    .record({
      fields: fc.uniqueArray(field, { selector: ({ name }) => name, maxLength: 3 }),
      openness: opennesses,
    })
    .map(({ fields, openness: [written, read] }) => ({
      sender: objectSchema(
        fields.map((one) => [one.name, one.of.sender, one.presence[0]]),
        written,
      ),
      receiver: objectSchema(
        fields.map((one) => [one.name, one.of.receiver, one.presence[1]]),
        read,
      ),
      values: objectValues(fields, written),
    }));
}

/**
 * Parts of an intersection. Their fields are simple, because Zod refuses strict objects deeper down that the JSON
 * Schema of the intersection accepts. A default in only one part counts as none, which is cautious.
 */
const part = objects(
  fc.oneof(number, text, listed, whole),
  presences.filter((both) => !both.includes('default')),
);

type Kind = 'any' | 'object' | 'list' | 'tuple' | 'union' | 'record' | 'intersection' | 'variants';

const pairs = fc.letrec<Record<Kind, SchemaPair>>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: number },
    { weight: 2, arbitrary: text },
    { weight: 2, arbitrary: listed },
    { weight: 1, arbitrary: whole },
    { weight: 1, arbitrary: recursive },
    { weight: 4, arbitrary: tie('object') },
    { weight: 2, arbitrary: tie('list') },
    { weight: 2, arbitrary: tie('tuple') },
    { weight: 2, arbitrary: tie('union') },
    { weight: 1, arbitrary: tie('record') },
    { weight: 1, arbitrary: tie('intersection') },
    { weight: 1, arbitrary: tie('variants') },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('any'), tie('any'))
        .map(([one, other]) => ({ sender: one.sender, receiver: other.receiver, values: one.values })),
    },
  ),
  object: objects(tie('any'), presences),
  list: fc.record({ of: tie('any'), range: twice(lengths) }).map(({ of, range: [written, read] }) => {
    const list = (schema: z.ZodType, { least, most }: typeof written): z.ZodType => {
      const atLeast = least === undefined ? z.array(schema) : z.array(schema).min(least);
      return most === undefined ? atLeast : atLeast.max(most);
    };
    const values = fc.array(of.values, { maxLength: 5 });
    return { sender: list(of.sender, written), receiver: list(of.receiver, read), values };
  }),
  tuple: fc
    .record({
      first: fc.array(tie('any'), { minLength: 1, maxLength: 3 }),
      rest: tie('any'),
      open: twice(fc.boolean()),
      shorter: twice(fc.constantFrom(0, 0, 0, 1)),
    })
    .map(({ first, rest, open, shorter }) => {
      const tuple = (side: 'sender' | 'receiver', at: 0 | 1): z.ZodType => {
        const kept = first.slice(0, Math.max(1, first.length - shorter[at])).map((of) => of[side]);
        const items = kept as [z.ZodType, ...z.ZodType[]];
        return open[at] ? z.tuple(items, rest[side]) : z.tuple(items);
      };
      const own = fc.tuple(...first.slice(0, Math.max(1, first.length - shorter[0])).map(({ values }) => values));
      const more = fc.array(rest.values, { maxLength: open[0] ? 2 : 0 });
      const values = fc.tuple(own, more).map(([some, others]) => [...some, ...others]);
      return { sender: tuple('sender', 0), receiver: tuple('receiver', 1), values };
    }),
  union: fc
    .record({
      of: fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
      kept: twice(fc.constantFrom(1, 2, 3, 3)),
      exactlyOne: twice(fc.constantFrom(false, false, true)),
    })
    .map(({ of, kept, exactlyOne }) => {
      const union = (side: 'sender' | 'receiver', at: 0 | 1): z.ZodType => {
        const branches = of.slice(0, kept[at]).map((one) => one[side]);
        return exactlyOne[at] ? z.xor(branches) : z.union(branches);
      };
      const values = fc.oneof(...of.map((one) => one.values));
      return { sender: union('sender', 0), receiver: union('receiver', 1), values };
    }),
  record: fc
    .record({ of: tie('any'), keys: twice(fc.constantFrom(undefined, ['a'], ['a', 'b'])) })
    .map(({ of, keys: [written, read] }) => {
      const record = (schema: z.ZodType, keys: readonly string[] | undefined): z.ZodType =>
        keys === undefined ? z.record(z.string(), schema) : z.record(z.enum(keys), schema);
      const values = fc.dictionary(fc.constantFrom('a', 'b', 'c'), of.values);
      return { sender: record(of.sender, written), receiver: record(of.receiver, read), values };
    }),
  intersection: fc.tuple(part, part).map(([one, other]) => ({
    sender: z.intersection(one.sender, other.sender),
    receiver: z.intersection(one.receiver, other.receiver),
    values: fc.tuple(one.values, other.values).map(([a, b]) => ({ ...(a as object), ...(b as object) })),
  })),
  variants: fc
    .record({ of: fc.tuple(tie('any'), tie('any')), kept: twice(fc.constantFrom(1, 2, 2)) })
    .map(({ of, kept }) => {
      const variants = (side: 'sender' | 'receiver', count: number): z.ZodType =>
        z.discriminatedUnion(
          'kind',
          of.slice(0, count).map((one, index) => z.object({ kind: z.literal('ab'[index]), of: one[side] })) as never,
        );
      return {
        sender: variants('sender', kept[0]),
        receiver: variants('receiver', kept[1]),
        values: fc.oneof(...of.map(({ values }, index) => fc.record({ kind: fc.constant('ab'[index]), of: values }))),
      };
    }),
}));

/** Two schemas of all kinds that are analysed and that the wire carries. */
export const schemaPair: fc.Arbitrary<SchemaPair> = pairs.any.map((pair) => ({
  ...pair,
  // The form in which a counterexample shows it.
  [fc.toStringMethod]: () => JSON.stringify([z.toJSONSchema(pair.sender), z.toJSONSchema(pair.receiver)]),
}));
