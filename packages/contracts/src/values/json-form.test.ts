import { expect, test } from 'vitest';
import { z } from 'zod';
import { Bytes, Doubles } from '../schemas/binary.ts';
import { fromJson, jsonText } from './json-form.ts';

const Frame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), data: Bytes({ max: 4 }) }),
  z.object({ kind: z.literal('samples'), data: Doubles({ max: 4 }).optional() }),
]);

test.each([
  [Bytes({ max: 4 }), Uint8Array.of(1, 2, 3, 4), '"AQIDBA=="'],
  [Doubles({ max: 4 }), Float64Array.of(1.5, -2), '[1.5,-2]'],
  [z.array(Frame), [{ kind: 'image', data: Uint8Array.of(255) }], '[{"kind":"image","data":"/w=="}]'],
  [z.array(Frame), [{ kind: 'samples', data: Float64Array.of(0.1) }], '[{"kind":"samples","data":[0.1]}]'],
  [z.unknown(), ['AQ==', [1]], '["AQ==",[1]]'],
])('a binary value has a form in JSON, and is read from it', (schema, value, text) => {
  expect(jsonText(value)).toBe(text);
  expect(fromJson(schema, JSON.parse(text))).toStrictEqual({ fits: true, value });
});

test.each<[z.ZodType, unknown, string]>([
  [Bytes({ max: 4 }), 'AQ', 'the text is not base64'],
  [Bytes({ max: 4 }), [1], 'expected a text in base64'],
  [Bytes({ max: 4 }), 'AQIDBAUG', '6 bytes; at most 4 are accepted'],
  [Doubles({ max: 4 }), 'AQ==', 'expected a list of numbers'],
  [Doubles({ max: 4 }), [1, 'x'], 'expected a list of numbers'],
  [Doubles({ max: 4 }), [1, 2, 3, 4, 5], '5 numbers; at most 4 are accepted'],
  [Frame, { kind: 'image', data: [1] }, 'data: expected a text in base64'],
])('JSON that does not fit a binary schema is refused with the reason', (schema, value, problem) => {
  expect(fromJson(schema, value)).toMatchObject({ fits: false, problem });
});
