import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { z as zod3 } from 'zod-3';
import * as mini from 'zod/mini';
import { defineCatalogue } from '../catalogue/catalogue.ts';
import { contractHash } from '../catalogue/contract-hash.ts';
import { Finite } from '../catalogue/finite.ts';
import { operation } from '../catalogue/operation.ts';
import { takeInput } from '../values/hand-over.ts';
import { parser } from '../values/parse.ts';
import { earlyValidatorOf } from '../values/validate-early.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { StandardSchema, ValueSchema } from './value-schema.ts';

const value = { id: 'a1', amounts: [1, 2.5] };
const orders = {
  Valibot: toStandardJsonSchema(
    v.object({ id: v.string(), amounts: v.array(v.number()), note: v.optional(v.string()) }),
  ),
  ArkType: type({ id: 'string', amounts: 'number[]', 'note?': 'string' }),
  'zod/mini': mini.object({
    id: mini.string(),
    amounts: mini.array(mini.number()),
    note: mini.optional(mini.string()),
  }),
};

function total(input: ValueSchema) {
  return { ...operation({ ...contract, input: Finite, example: { input: 1, output: 1 } }), input };
}

const contract = { name: 'total', description: 'The sum of an order.', output: Finite } as const;

describe.each(Object.entries(orders))('a schema of %s', (_vendor, input: ValueSchema) => {
  test('is part of a contract, and describes it', () => {
    const operations = { total: { ...total(input), example: { input: value, output: 3.5 } } };
    const { hashes } = defineCatalogue({ operations, formulas: {} });
    expect(hashes.get('total')).toBe(contractHash(total(input)));
    expect(jsonSchemaOf(input)).toMatchObject({
      type: 'object',
      properties: { id: { type: 'string' }, amounts: { type: 'array', items: { type: 'number' } } },
    });
  });

  test('reads values that fit, and names what does not fit', () => {
    const read = parser(input);
    expect(read(value)).toEqual({ fits: true, value });
    expect(read({ ...value, amounts: [1, 'two'] })).toMatchObject({ fits: false, problem: /^amounts\.1: / });
    expect(takeInput(total(input), value)).toEqual(value);
    expect(takeInput(total(input), { ...value, id: 7 })).toMatchObject({ code: 'invalid-request' });
  });

  test('refuses a value of many wrong parts at the first one', () => {
    const check = earlyValidatorOf(input);
    expect(check(value)).toBe(true);
    expect(check({ ...value, note: undefined })).toBe(true);
    const nils = Array.from({ length: 10_000 }, () => null);
    expect(check({ ...value, amounts: nils })).toBe(false);
    expect(parser(input)({ ...value, amounts: nils })).toEqual({ fits: false, problem: 'does not fit the contract' });
  });
});

test('fields with defaults are filled in where a value is read, and belong to the value alone', () => {
  const schema = toStandardJsonSchema(v.object({ tags: v.optional(v.array(v.string()), ['new']) }));
  const read = parser(schema);
  const first = read({});
  expect(first).toEqual({ fits: true, value: { tags: ['new'] } });
  if (first.fits) (first.value as { tags: string[] }).tags.push('x');
  expect(read({})).toEqual({ fits: true, value: { tags: ['new'] } });
});

function refusalOf(input: unknown): string {
  try {
    contractHash(total(input as ValueSchema));
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
}

const checked = <V extends v.GenericSchema>(schema: V) => toStandardJsonSchema(schema);
const nameless = { '~standard': { version: 1, vendor: 'own', validate: (given: unknown) => ({ value: given }) } };

test.each<[string, unknown, RegExp]>([
  ['of Zod 3', zod3.object({ a: zod3.number() }), /^operation "total", input: it is a schema of Zod 3; install Zod 4/],
  ['of Valibot without JSON Schema', v.number(), /schema of valibot without .*; wrap it in toStandardJsonSchema\(\)/],
  ['without JSON Schema', nameless, /schema of own without Standard JSON Schema; a newer version of own may have it/],
  ['that is absent', undefined, /^operation "total", input: undefined is no schema$/],
  ['that is an example', { a: 1 }, /input: it is no schema of Zod 4 or of another validator with Standard Schema/],
  ['that transforms', type('string.numeric.parse'), /not a value for the wire: a transform/],
  ['of a Date', checked(v.date()), /not a value for the wire: .*date/],
  ['of a bigint', checked(v.bigint()), /not a value for the wire: .*bigint/],
])('a schema %s is refused in one line that says what to do', (_what, schema, refusal) => {
  const message = refusalOf(schema);
  expect(message).toMatch(refusal);
  expect(message).not.toContain('\n');
});

test('a failure that is declared without a schema is refused by its code', () => {
  const declaration = { ...contract, input: Finite, example: { input: 1, output: 1 } };
  const failures = { abc: undefined } as unknown as Record<string, ValueSchema>;
  expect(() => operation({ ...declaration, failures })).toThrow(
    'operation "total", failure "abc": undefined is no schema; z.null() is the schema of a failure without data',
  );
});

function answering(validate: StandardSchema['~standard']['validate']): StandardSchema {
  const told = (): Record<string, unknown> => ({ type: 'number' });
  return { '~standard': { version: 1, vendor: 'own', validate, jsonSchema: { input: told, output: told } } };
}

test('a validator that answers later is refused where a catalogue is defined, and its rejection ends no process', () => {
  const later = answering(async () => Promise.reject(new Error('later')));
  const operations = { total: { ...total(later), example: { input: 1, output: 1 } } };
  expect(() => defineCatalogue({ operations, formulas: {} })).toThrow(/example input: .* asynchronous/);
  expect(parser(later)(1)).toMatchObject({ fits: false, threw: true });
});

test('a validator that throws, or returns what cannot be sent, refuses the value', () => {
  const throwing = answering(() => {
    throw new Error('not today');
  });
  expect(parser(throwing)(1)).toMatchObject({ fits: false, threw: true, problem: /not today/ });
  expect(parser(answering(() => ({ value: new Date() })))(1)).toMatchObject({ fits: false, problem: /Date/ });
});

afterEach(() => {
  vi.doUnmock('zod');
});

test('the package says at once that it needs Zod 4 when a program gives it Zod 3', async () => {
  vi.resetModules();
  vi.doMock('zod', async () => import('zod-3'));
  const loaded = import('../index.ts').then(
    () => 'loaded',
    (error: unknown) => String((error as { cause?: unknown }).cause ?? error),
  );
  expect(await loaded).toContain('@cateto/contracts needs Zod 4, and found Zod 3: install zod@4');
});

test('a newer Zod without a writer of its own is refused, since an older writer leaves out what it declares', () => {
  const newer = z.number().min(3);
  const version = { ...newer._zod.version, minor: 99 };
  const foreign = Object.create(newer, {
    _zod: { value: Object.create(newer._zod, { version: { value: version } }) },
    toJSONSchema: { value: undefined },
  }) as z.ZodType;
  expect(() => jsonSchemaOf(foreign)).toThrow(/Zod 4\.99 made the schema, and @cateto\/contracts uses Zod 4\.\d+/);
});
