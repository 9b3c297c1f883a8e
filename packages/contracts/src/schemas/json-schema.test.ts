import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from './json-schema.ts';

test('a schema comes with its descriptions, unless told otherwise', () => {
  const point = z.object({ x: z.number().describe('to the right') }).describe('a point');
  expect(jsonSchemaOf(point)).toMatchObject({
    description: 'a point',
    properties: { x: { type: 'number', description: 'to the right' } },
  });
  expect(JSON.stringify(jsonSchemaOf(point, { annotated: false }))).not.toContain('description');
});

test('a property called description is kept', () => {
  const schema = z.object({ description: z.string(), title: z.string().optional() });
  expect(jsonSchemaOf(schema, { annotated: false })).toMatchObject({
    properties: { description: { type: 'string' }, title: { type: 'string' } },
    required: ['description'],
  });
});

test('an open object leaves ignored fields open, and states which others are kept or refused', () => {
  const others = (schema: z.ZodType): unknown => jsonSchemaOf(schema, { open: true }).additionalProperties;
  const plain = z.object({ a: z.number() });
  expect(others(plain)).toBeUndefined();
  expect(others(plain.strict())).toBe(false);
  expect(others(plain.loose())).toEqual({ $comment: 'kept as it is' });
  expect(others(plain.and(plain.loose()))).toEqual({ $comment: 'kept as it is' });
  expect(others(plain.catchall(z.string()))).toEqual({ type: 'string' });
  expect(jsonSchemaOf(plain).additionalProperties).toBe(false);
});

const Tree = z.object({
  value: z.number(),
  get children() {
    return z.array(Tree);
  },
});

test.each<[string, z.ZodType]>([
  ['a tree', Tree],
  ['a union', z.union([z.number(), z.string(), z.null()])],
  ['an optional property', z.object({ note: z.string().optional() })],
  ['a record', z.record(z.string(), z.array(z.boolean()))],
  ['a checked text', z.email()],
  ['a refined number', z.number().refine((number) => number % 2 === 0)],
  ['any value', z.unknown()],
])('a value of %s can be sent', (_what, schema) => {
  expect(jsonSchemaOf(schema)).toHaveProperty('$schema');
});

test.each<[string, z.ZodType, RegExp]>([
  ['bigint', z.bigint(), /BigInt/],
  ['Date', z.date(), /Date/],
  ['Map', z.map(z.string(), z.string()), /Map/],
  ['Set', z.set(z.string()), /Set/],
  ['undefined', z.undefined(), /Undefined/],
  ['an own class', z.instanceof(Uint8Array), /Custom/],
  ['a transform', z.string().transform(Number), /Transform/],
  ['a transform whose result is checked', z.string().transform(Number).pipe(z.number()), /transform/],
  ['a preprocessed value', z.preprocess(Number, z.number()), /transform/],
  ['a codec', z.stringbool(), /codec/],
  ['a promise', z.promise(z.number()), /promise/],
  ['a file', z.file(), /file/],
  ['a Date deep inside', z.object({ list: z.array(z.object({ at: z.date() })) }), /Date/],
  ['a codec deep inside', z.object({ list: z.array(z.stringbool()) }), /codec.* at properties\/list\/items/],
  ['an optional value', z.number().optional(), /optional value that is not a property/],
  ['an optional element', z.array(z.number().optional()), /optional value .* at items/],
])('a schema of %s is refused', (_what, schema, reason) => {
  expect(() => jsonSchemaOf(schema)).toThrow(reason);
});
