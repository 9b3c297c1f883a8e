import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { jsonSchemaOf } from '../../schemas/json-schema.ts';
import { accepts } from './value-acceptance.ts';
import { incompatibilities } from './schema-comparison.ts';
import { schemaPair } from './schema-pairs.test-support.ts';
import type { SchemaView } from './schema-view.ts';
import { viewOf } from './schema-view.ts';
import { cornersBetween, counterexample } from './counterexample.ts';

function open(schema: z.ZodType): SchemaView {
  return viewOf(jsonSchemaOf(schema, { annotated: false, open: true }));
}

/**
 * The values that a sender writes: without fields that its schema does not declare, and checked before they are sent.
 * If exactly one of two alternatives may fit, a value without such fields could fit both.
 */
function written(sender: z.ZodType, values: readonly unknown[]): unknown[] {
  const made = values.map((value) => sender.safeParse(value)).filter(({ success }) => success);
  return made.map(({ data }) => data).filter((value) => sender.safeParse(value).success);
}

const pairWithValues = schemaPair.chain((pair) =>
  fc.record({ pair: fc.constant(pair), values: fc.array(pair.values, { minLength: 5, maxLength: 20 }) }),
);

const runs = 400;

describe('two schemas at random', () => {
  test('if no incompatibility is found, Zod’s receiver accepts every value that the sender writes', () => {
    const count = { compatible: 0, breaking: 0, values: 0 };
    fc.assert(
      fc.property(pairWithValues, ({ pair: { sender, receiver }, values }) => {
        const [from, to] = [open(sender), open(receiver)];
        const found = incompatibilities(from, to);
        count[found.length === 0 ? 'compatible' : 'breaking'] += 1;
        if (found.length > 0) return;
        for (const value of written(sender, [...values, ...cornersBetween(from, to)])) {
          count.values += 1;
          expect(receiver.safeParse(value).success, JSON.stringify(value)).toBe(true);
        }
      }),
      { numRuns: runs },
    );
    // Otherwise the property would have checked nothing.
    expect(count.compatible).toBeGreaterThan(runs / 5);
    expect(count.breaking).toBeGreaterThan(runs / 5);
    expect(count.values).toBeGreaterThan(1_000);
  });

  test('every schema is compatible with itself', () => {
    fc.assert(
      fc.property(schemaPair, ({ sender }) => {
        expect(incompatibilities(open(sender), open(sender))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('Zod accepts every value that `accepts` accepts, and `accepts` misses few that Zod accepts', () => {
    const count = { accepted: 0, missed: 0 };
    fc.assert(
      fc.property(pairWithValues, ({ pair: { sender, receiver }, values }) => {
        for (const schema of [sender, receiver]) {
          const view = open(schema);
          for (const value of values) {
            const byZod = schema.safeParse(value).success;
            if (byZod) count.accepted += 1;
            if (accepts(view, value)) expect(byZod, JSON.stringify(value)).toBe(true);
            // Includes a default that an intersection hides, and a field that may be anything or absent.
            else if (byZod) count.missed += 1;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(count.missed / count.accepted).toBeLessThan(0.05);
  });

  test('most incompatibilities are shown by a value that the sender writes and Zod’s receiver refuses', () => {
    const count = { breaking: 0, shown: 0 };
    fc.assert(
      fc.property(schemaPair, ({ sender, receiver }) => {
        const [from, to] = [open(sender), open(receiver)];
        if (incompatibilities(from, to).length === 0) return;
        count.breaking += 1;
        const refused = written(sender, counterexample(from, to)).some((value) => !receiver.safeParse(value).success);
        if (refused) count.shown += 1;
      }),
      { numRuns: 300 },
    );
    expect(count.shown / count.breaking).toBeGreaterThan(0.7);
  });
});
