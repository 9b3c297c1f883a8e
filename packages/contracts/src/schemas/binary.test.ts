import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { z as zod43 } from 'zod-4.3';
import { z as zod40 } from 'zod-4.0';
import * as mini from 'zod/mini';
import { defineCatalogue } from '../catalogue/catalogue.ts';
import { contractHash } from '../catalogue/contract-hash.ts';
import { operation } from '../catalogue/operation.ts';
import { isFailure } from '../messages/failures.ts';
import { bytesMax, doublesMax, valueBytesMax } from '../messages/limits.ts';
import { createCodec } from '../msgpack/codec.ts';
import { bytesAtMost, encodedBytes } from '../msgpack/value-size.ts';
import { takeInput } from '../values/hand-over.ts';
import { parser } from '../values/parse.ts';
import { Bytes, Doubles } from './binary.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { ValueSchema } from './value-schema.ts';

const codec = createCodec();

function contractOf(input: ValueSchema) {
  return operation({ name: 'take', description: '', input, output: z.null(), example: { input: 0, output: null } });
}

/** A value as its reader gets it, or why it is refused by the sender or by the reader. */
function sent(schema: ValueSchema, value: unknown): unknown {
  const taken = takeInput(contractOf(schema), value);
  if (isFailure(taken)) return taken.message;
  const opened = codec.decode(codec.encode('k3f0q9x2m1zd', 1, [[1, taken]]));
  if (typeof opened === 'string') return opened;
  const parsed = parser(schema)((opened.messages[0] as readonly unknown[])[1]);
  return parsed.fits ? parsed.value : parsed.problem;
}

const ofZod43: ValueSchema = zod43.object({ d: Doubles({ max: 5 }) as never });
const ofZod40: ValueSchema = zod40.object({ d: Doubles({ max: 5 }) as never });
const vector = Float64Array.of(1, -0, 0.1, Number.MAX_VALUE, 5e-324);

describe('binary values arrive unchanged', () => {
  test.each<[string, ValueSchema, unknown]>([
    ['bytes', Bytes({ max: 3 }), Uint8Array.of(0, 128, 255)],
    ['no bytes', Bytes({ max: 3 }), new Uint8Array(0)],
    ['doubles', Doubles({ max: 5 }), vector],
    ['no doubles', Doubles({ max: 1 }), new Float64Array(0)],
    ['256 bytes', Bytes({ max: 256 }), new Uint8Array(256).fill(7)],
    [
      'parts of an object',
      z.object({ b: Bytes({ max: 1 }), d: Doubles({ max: 5 }) }),
      { b: Uint8Array.of(1), d: vector },
    ],
    ['elements of a list', z.array(Doubles({ max: 5 })), [vector, vector]],
    ['a described part that may be missing', Doubles({ max: 5 }).describe('a').nullable(), vector],
    ['an alternative', z.union([z.string(), Doubles({ max: 5 })]), vector],
    ['a refined vector', Doubles({ max: 5 }).refine((given) => given.length === 5), vector],
    ['a part of an object of Zod 4.3', ofZod43, { d: vector }],
    ['a part of an object of Zod 4.0', ofZod40, { d: vector }],
    ['a part of an object of zod/mini', mini.object({ d: Doubles({ max: 5 }) }), { d: vector }],
    ['bytes in a part of any kind', z.unknown(), [Uint8Array.of(1)]],
    ['a text with a mark beside bytes', z.array(z.unknown()), [`\uFEFF${'x'.repeat(99)}`, Uint8Array.of(0x61), 'y']],
  ])('%s: arrives unchanged', (_what, schema, value) => {
    expect(sent(schema, value)).toStrictEqual(value);
  });

  // toStrictEqual takes a minute for a megabyte on a busy machine.
  test.each([
    ['bytes', Bytes({ max: bytesMax }), new Uint8Array(bytesMax).fill(7)],
    ['doubles', Doubles({ max: doublesMax }), new Float64Array(doublesMax).fill(0.1)],
  ])('as many %s as possible arrive unchanged', (_what, schema, value) => {
    const arrived = sent(schema, value) as typeof value;
    expect(arrived.constructor).toBe(value.constructor);
    expect(Buffer.from(arrived.buffer).equals(Buffer.from(value.buffer))).toBe(true);
  });

  test('a Buffer arrives as a plain Uint8Array', () => {
    expect(sent(Bytes({ max: 3 }), Buffer.from('abc'))).toStrictEqual(Uint8Array.of(97, 98, 99));
  });

  test('a part of a larger memory arrives without the rest, wherever it begins', () => {
    const memory = Float64Array.from({ length: 100 }, (_, index) => index).buffer;
    expect(sent(Doubles({ max: 2 }), new Float64Array(memory, 8, 2))).toStrictEqual(Float64Array.of(1, 2));
    for (let padding = 0; padding < 8; padding += 1) {
      const schema = z.tuple([z.string(), Doubles({ max: 1 })]);
      expect(sent(schema, ['x'.repeat(padding), Float64Array.of(0.1)])).toStrictEqual([
        'x'.repeat(padding),
        Float64Array.of(0.1),
      ]);
    }
    const read = sent(Bytes({ max: 9 }), Uint8Array.of(1, 2)) as Uint8Array;
    expect(read.buffer.byteLength).toBe(2);
  });

  test('later changes of the sender have no effect', () => {
    const mine = Float64Array.of(1);
    const taken = takeInput(contractOf(Doubles({ max: 1 })), mine) as Float64Array;
    mine[0] = 2;
    expect(taken).toStrictEqual(Float64Array.of(1));
  });

  test('the doubles of a vector are little-endian on the wire', () => {
    const body = codec.encode('k3f0q9x2m1zd', 1, [[1, takeInput(contractOf(Doubles({ max: 1 })), Float64Array.of(1))]]);
    expect([...body.subarray(-10)]).toStrictEqual([0xc4, 8, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  });

  test('the sizes of binary values are those of the encoder', () => {
    for (const length of [0, 1, 31, 32, 255, 256, 65_535, 65_536]) {
      const value = { list: [new Uint8Array(length)] };
      const exact = codec.encode('k3f0q9x2m1zd', 1, [value]).length - codec.encode('k3f0q9x2m1zd', 1, []).length;
      expect(encodedBytes(value)).toBe(exact);
      expect(bytesAtMost(value)).toBeGreaterThanOrEqual(exact);
    }
  });
});

describe('values that do not fit are refused', () => {
  test.each<[string, ValueSchema, unknown, string]>([
    ['too many bytes', Bytes({ max: 2 }), new Uint8Array(3), '3 bytes; at most 2 are accepted'],
    ['too many doubles', Doubles({ max: 2 }), new Float64Array(3), '3 numbers; at most 2 are accepted'],
    ['a number that is not finite', Doubles({ max: 2 }), Float64Array.of(1, Number.NaN), 'a number is not finite'],
    ['a list of numbers', Doubles({ max: 2 }), [1, 2], 'expected doubles (a Float64Array)'],
    ['a text', Bytes({ max: 2 }), 'AA==', 'expected bytes (a Uint8Array)'],
    ['doubles for bytes', Bytes({ max: 99 }), vector, 'expected bytes (a Uint8Array)'],
    ['bytes for doubles', Doubles({ max: 2 }), new Uint8Array(8), 'would confuse them'],
    ['floats', Doubles({ max: 2 }), new Float32Array(2), 'a Float32Array cannot be sent'],
    ['bytes for an object', z.object({}), new Uint8Array(8), 'would confuse them'],
    ['doubles in a part of any kind', z.object({ a: z.unknown() }), { a: vector }, 'a: the contract declares'],
    [
      'doubles, where bytes are read first',
      z.union([Bytes({ max: 99 }), Doubles({ max: 9 })]),
      vector,
      'would confuse',
    ],
    ['too many in a part', z.object({ d: Doubles({ max: 2 }) }), { d: vector }, 'd: 5 numbers; at most 2 are accepted'],
    ['a megabyte', z.unknown(), new Uint8Array(valueBytesMax), 'a value has at most'],
  ])('the sender refuses %s', (_what, schema, value, problem) => {
    expect(sent(schema, value)).toContain(problem);
  });

  test.each<[string, ValueSchema, unknown]>([
    ['a list', Doubles({ max: 2 }), [1]],
    ['bytes that are no doubles', Doubles({ max: 2 }), new Uint8Array(7)],
    ['doubles that are not finite', Doubles({ max: 2 }), new Uint8Array(8).fill(255)],
    ['too many bytes', Bytes({ max: 2 }), new Uint8Array(3)],
    ['a text', Bytes({ max: 2 }), 'AA=='],
    ['a megabyte for an object', z.looseObject({}), new Uint8Array(1_000_000)],
    ['a megabyte for a record', z.record(z.string(), z.string()), new Uint8Array(1_000_000)],
    ['a megabyte in a list of objects', z.array(z.strictObject({ a: z.int() })), [new Uint8Array(1_000_000)]],
  ])('the reader refuses %s', (_what, schema, value) => {
    expect(parser(schema)(value).fits).toBe(false);
  });

  test.each([undefined, 0, 1.5, '9', bytesMax + 1])('a schema with a bound of %s cannot be made', (max) => {
    expect(() => Bytes({ max } as never)).toThrow(`Bytes({ max }): max is ${String(max)}, and must be a whole number`);
    expect(() => Doubles({ max } as never)).toThrow(TypeError);
    expect(() => Doubles(undefined as never)).toThrow(TypeError);
  });
});

describe('contracts', () => {
  test('the JSON Schema of bytes is a text in base64, and that of doubles a list of numbers', () => {
    for (const z4 of [z, zod43, zod40]) {
      const shape = {
        b: Bytes({ max: 4 })
          .describe('an image')
          .refine(() => true) as never,
        d: Doubles({ max: 4 }) as never,
      };
      expect(jsonSchemaOf(z4.object(shape), { draft: 'draft-7' }).properties).toEqual({
        b: { type: 'string', contentEncoding: 'base64', maxLength: 8, 'x-cateto-bytes': 4, description: 'an image' },
        d: { type: 'array', items: { type: 'number' }, maxItems: 4, 'x-cateto-doubles': 4 },
      });
    }
  });

  test('schemas whose values look different on the wire have different hashes, and descriptions change none', () => {
    const schemas = [
      Bytes({ max: 4 }),
      Bytes({ max: 5 }),
      Doubles({ max: 4 }),
      z.array(z.number()).max(4),
      z.string().max(8),
    ];
    expect(new Set(schemas.map((schema) => contractHash(contractOf(schema)))).size).toBe(schemas.length);
    expect(contractHash(contractOf(Bytes({ max: 4 }).describe('x')))).toBe(contractHash(contractOf(Bytes({ max: 4 }))));
  });

  test('examples of binary values are checked', () => {
    const made = (input: Float64Array) =>
      operation({
        name: 'take',
        description: '',
        input: Doubles({ max: 2 }),
        output: z.null(),
        example: { input, output: null },
      });
    expect(() => defineCatalogue({ operations: { take: made(Float64Array.of(1)) }, formulas: {} })).not.toThrow();
    expect(() => defineCatalogue({ operations: { take: made(vector) }, formulas: {} })).toThrow(
      /example input: 5 numbers/,
    );
  });
});
