import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ownCodeOf } from './own-code.ts';
import { parse, parser, problemOf } from './parse.ts';

const Even = z.int().refine((n) => n % 2 === 0, { error: 'not even' });
const Node = z.object({
  n: Even,
  get left() {
    return Node.optional();
  },
});

const schemas = {
  refined: Even,
  object: z.object({ a: Even, b: z.string().max(3).optional(), c: z.array(Even).default([2]) }),
  strict: z.strictObject({ a: z.number().catch(7) }).refine(({ a }) => a !== 1),
  union: z.union([Even, z.string().refine((text) => text !== 'x')]),
  discriminated: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), a: Even }),
    z.object({ kind: z.literal('b'), b: z.string() }),
  ]),
  record: z.record(z.string(), Even),
  tuple: z.tuple([Even, z.string()]),
  both: z.intersection(z.object({ a: Even }), z.object({ b: z.string() })),
  recursive: Node,
  lazy: z.lazy(() => z.array(Even)),
  checked: z.array(z.number()).superRefine((list, context) => {
    if (list.includes(3)) context.addIssue({ code: 'custom', message: 'a three', path: [list.indexOf(3)] });
  }),
};

const value = fc.oneof(
  fc.integer({ min: -3, max: 8 }),
  fc.constantFrom('x', 'y', 'long text', null, true),
  fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y')),
  fc.record(
    {
      a: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant('x')),
      b: fc.constantFrom('b', 'long text', 3),
      c: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
      kind: fc.constantFrom('a', 'b', 'c'),
      n: fc.integer({ min: 0, max: 3 }),
      left: fc.record({ n: fc.integer({ min: 0, max: 3 }) }),
    },
    { requiredKeys: [] },
  ),
);

test.each(Object.entries(schemas))(
  'a schema with its own checks (%s) reads the values that Zod reads',
  (_name, schema) => {
    expect(ownCodeOf(schema).checks).toBe(true);
    fc.assert(
      fc.property(value, (given) => {
        const wanted = schema.safeParse(given);
        const parsed = parse(schema, given);
        expect(parsed.fits).toBe(wanted.success);
        if (parsed.fits) expect(parsed.value).toStrictEqual(wanted.data);
        else expect(parsed.problem).toContain(wanted.error?.issues[0]?.message);
      }),
      { numRuns: 500 },
    );
  },
);

test.each([
  ['a number', z.number()],
  ['an object', z.object({ a: z.string().min(3), b: z.array(z.int()) })],
  ['formats', z.object({ mail: z.email(), at: z.iso.datetime(), id: z.uuid() })],
])('%s has no code of its own', (_what, schema) => {
  expect(ownCodeOf(schema)).toEqual({ checks: false, values: false, promises: false, foreign: false, binary: false });
});

describe('what the code of a contract throws', () => {
  const thrower = z.string().refine(() => {
    throw new Error('not today');
  });

  test('an error that the code of a contract throws is the fault of the value, for a sender and for a reader', () => {
    const problem = 'the check of the contract threw: not today';
    expect(problemOf(thrower, 'x')).toBe(problem);
    expect(parser(thrower)('x')).toEqual({ fits: false, problem, threw: true });
    expect(parser(z.object({ a: z.array(thrower) }))({ a: ['x'] })).toEqual({ fits: false, problem, threw: true });
    expect(parser(z.object({ a: z.array(thrower) }))({ a: [1] })).toMatchObject({ fits: false });
  });

  test('an error in the text of a misfit, or a path that is not a text, is caught', () => {
    const wordless = z.string({
      error: () => {
        throw new Error('no words');
      },
    });
    expect(problemOf(wordless, 1)).toMatch(/threw: no words/);
    const symbols = z.string().refine(() => false, { path: [Symbol('x')] });
    expect(problemOf(symbols, 'x')).toMatch(/threw: .*symbol/i);
  });
});

test('a check that returns a promise is refused, and its rejection ends no process', async () => {
  const stray: unknown[] = [];
  const note = (reason: unknown): void => void stray.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const later = z.object({ a: z.array(z.string().refine(async () => Promise.reject(new Error('later')))) });
  // Zod counts the promise that a format's check returns as accepting the value.
  const format = z.object({ a: z.array(z.stringFormat('later', async () => Promise.reject(new Error('later')))) });
  for (const schema of [later, z.lazy(() => later), z.union([later, z.number()]), format, z.lazy(() => format)]) {
    expect(parser(schema)({ a: ['x', 'y'] })).toMatchObject({ fits: false, threw: true, problem: /asynchronous/ });
  }
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(stray).toEqual([]);
});

test('a custom format is checked, and an error of its check is the fault of the value', () => {
  const format = z.stringFormat('picky', (text) => {
    if (text.length < 2) throw new Error('too short to tell');
    return text === 'yes';
  });
  expect(parser(format)('yes')).toEqual({ fits: true, value: 'yes' });
  expect(parser(format)('no')).toMatchObject({ fits: false });
  expect(problemOf(format, 'x')).toBe('the check of the contract threw: too short to tell');
});

test('a default that code creates is created only for a value that lacks it', () => {
  let made = 0;
  const read = parser(z.object({ n: z.number().default(() => (made += 1)) }));
  expect(read({ n: 7 })).toEqual({ fits: true, value: { n: 7 } });
  expect(made).toBe(0);
  expect(read({})).toEqual({ fits: true, value: { n: 1 } });
});

test('parts that a schema adds belong to the value alone', () => {
  const read = parser(z.object({ options: z.object({ tags: z.array(z.string()) }).default({ tags: [] }) }));
  for (let round = 0; round < 2; round += 1) {
    const parsed = read({});
    if (!parsed.fits) throw new Error(parsed.problem);
    const { options } = parsed.value as { options: { tags: string[] } };
    expect(options.tags).toEqual([]);
    options.tags.push('x');
  }
});
