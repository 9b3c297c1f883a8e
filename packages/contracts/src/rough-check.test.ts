import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { StatusReport } from './messages.ts';
import { isBrief, roughCheck } from './rough-check.ts';

const schemas = {
  report: StatusReport,
  points: z.array(z.object({ x: z.number(), y: z.number().multipleOf(3).optional() })),
  table: z.record(z.string(), z.array(z.string().nullable())),
  choice: z.union([z.string(), z.array(z.number())]),
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
);

test.each(Object.entries(schemas))('what the rough check of %s refuses its schema refuses', (_name, schema) => {
  const check = roughCheck(schema);
  fc.assert(
    fc.property(value, (given) => {
      if (!check(given)) expect(schema.safeParse(given).success).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test('it stops at the first element that does not fit', () => {
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
  expect(roughCheck(StatusReport)(report)).toBe(false);
  expect(read).toBeLessThan(10);
});

test('a value of a thousand parts, however they are nested, is not brief', () => {
  expect(isBrief(12)).toBe(true);
  expect(isBrief([[1, 2], { a: 'b' }])).toBe(true);
  expect(isBrief(Array.from({ length: 2_000 }, () => 1))).toBe(false);
  expect(isBrief(Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => 1)))).toBe(false);
});
