import type { z as Zod } from 'zod';

/** A release of Zod, with what every release since 4.0 has. */
export type ZodRelease = typeof Zod;

/** Schemas of every kind that can travel, with checks and with descriptions. */
export function samplesOf(z: ZodRelease) {
  const point = () => z.object({ x: z.number(), y: z.number().optional() });
  const Tree = z.object({
    value: z.number(),
    get children() {
      return z.array(Tree);
    },
  });
  return {
    number: z.number(),
    'whole number': z.int(),
    bounds: z.number().min(0).lt(5),
    divisors: z.number().multipleOf(3).multipleOf(2),
    float32: z.float32(),
    text: z.string().min(1).max(9),
    pattern: z.string().regex(/^a/),
    patterns: z.string().regex(/a/).regex(/b/),
    'start and end': z.string().startsWith('a').endsWith('b').includes('c'),
    'e-mail': z.email(),
    'e-mail as a check': z.string().email(),
    'e-mail of at least 9': z.email().min(9),
    'e-mail with a pattern': z.email({ pattern: /^a@b$/ }),
    uuid: z.uuid(),
    'uuid of version 4': z.uuid({ version: 'v4' }),
    url: z.url(),
    'url of https': z.url({ protocol: /^https$/ }),
    ipv6: z.ipv6(),
    cidr: z.cidrv6(),
    base64: z.base64url(),
    'phone number': z.e164(),
    ulid: z.ulid(),
    emoji: z.emoji(),
    date: z.iso.date(),
    time: z.iso.time(),
    'date and time': z.iso.datetime(),
    'date and time with offset': z.iso.datetime({ offset: true }),
    'date and time of milliseconds': z.iso.datetime({ precision: 3 }),
    duration: z.iso.duration(),
    template: z.templateLiteral(['a', z.string()]),
    boolean: z.boolean(),
    null: z.null(),
    anything: z.unknown(),
    literal: z.literal('a'),
    literals: z.literal(['a', 1]),
    enum: z.enum(['a', 'b']),
    list: z.array(z.number()).min(1),
    tuple: z.tuple([z.number(), z.string()]),
    'tuple with a rest': z.tuple([z.number()]).rest(z.string()),
    'empty tuple': z.tuple([]),
    object: point(),
    'strict object': z.strictObject({ x: z.number() }),
    'loose object': z.looseObject({ x: z.number() }),
    catchall: z.object({ x: z.number() }).catchall(z.string()),
    record: z.record(z.string().min(2), z.number()),
    'record of listed keys': z.record(z.enum(['a', 'b']), z.number()),
    'record of one key': z.record(z.literal('a'), z.number()),
    'record of some keys': z.partialRecord(z.enum(['a', 'b']), z.number()),
    union: z.union([z.number(), z.string()]),
    'union of three': z.union([z.union([z.number(), z.string()]), z.object({})]),
    'union told apart': z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a') }),
      z.object({ kind: z.literal('b'), n: z.number() }),
    ]),
    intersection: point().and(z.object({ z: z.number() })),
    'intersection of three': point().and(z.object({ z: z.number() }).and(z.object({ t: z.number() }))),
    'intersection described': point()
      .describe('where')
      .and(z.object({ z: z.number() })),
    nullable: z.number().nullable(),
    'nullable with bounds': z.number().min(3).nullable(),
    'nullable twice': z.object({ x: z.number().nullable() }).nullable(),
    nullish: z.object({ x: z.number().nullish() }),
    default: z.object({ x: z.number().default(3), y: z.array(z.number()).default([]) }),
    'read-only': z.object({ x: z.number() }).readonly(),
    refined: z.number().refine((n) => n !== 7),
    described: z.object({ x: z.number().describe('to the right') }).meta({ title: 'place', examples: [{ x: 1 }] }),
    tree: Tree,
    'two trees': z.object({ b: Tree, a: z.optional(Tree) }),
    json: z.json(),
  } as const;
}

export type SampleName = keyof ReturnType<typeof samplesOf>;
