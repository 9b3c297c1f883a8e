import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestError } from '../request-error.ts';
import { counting, slowly, system } from './map.test-support.ts';
import type { MapOutcome } from './types.ts';

/* Rules that hold for every map, whatever its source, its calls and its reader do. */

const course = fc.record({
  inputs: fc.nat({ max: 40 }),
  concurrency: fc.integer({ min: 1, max: 12 }),
  ordered: fc.boolean(),
  onFailure: fc.constantFrom('throw' as const, 'collect' as const),
  /** The inputs whose calls fail. */
  failing: fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 4 }),
  /** Where the source throws. */
  tornAt: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
  /** How many results are read before the loop is left. */
  leftAfter: fc.option(fc.nat({ max: 50 }), { nil: undefined }),
  callMs: fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 7 }),
  sourceMs: fc.nat({ max: 60 }),
  readerMs: fc.nat({ max: 60 }),
});

test('a map returns each outcome once and in its place, keeps its bounds, ends its source, and leaves nothing running', async () => {
  await fc.assert(
    fc.asyncProperty(course, async (one) => {
      const { client, network, seen } = system(async (value) => {
        await network.pass(one.callMs[value % one.callMs.length] ?? 0);
        if (one.failing.includes(value)) throw new Error(`failed ${value}`);
        return value;
      });
      const source = counting(one.inputs);
      function* torn(): Generator<readonly [number]> {
        for (const input of source.inputs) {
          if (input[0] === one.tornAt) throw new Error('torn');
          yield input;
        }
      }
      const inputs = one.sourceMs === 0 ? torn() : slowly(torn(), () => network.pass(one.sourceMs));
      const read: MapOutcome<number>[] = [];
      let error: unknown;
      try {
        for await (const outcome of client.map('twice', inputs, pick(one))) {
          read.push(outcome);
          if (one.readerMs > 0) await network.pass(one.readerMs);
          // A source may be one input ahead of the calls.
          expect(source.taken - read.length).toBeLessThanOrEqual(one.concurrency + 1);
          if (read.length === one.leftAfter) break;
        }
      } catch (thrown) {
        error = thrown;
      }
      await network.pass(2_000);

      const indexes = read.map(({ index }) => index);
      const given = Math.min(one.inputs, one.tornAt ?? Number.POSITIVE_INFINITY);
      const failing = one.failing.filter((value) => value < given);
      expect(new Set(indexes).size).toBe(indexes.length);
      if (one.ordered) expect(indexes).toEqual(indexes.map((_, place) => place));
      for (const { index, value, error: failed } of read) {
        expect([index, value ?? failed?.code]).toEqual([index, failing.includes(index) ? 'internal' : index]);
      }
      expect(seen.most).toBeLessThanOrEqual(one.concurrency);
      expect(seen.running).toBe(0);
      expect(seen.begun.length).toBe(new Set(seen.begun).size);
      expect(source.ended || source.taken === 0).toBe(true);
      const wasLeft = read.length === one.leftAfter;
      if (error === undefined) {
        if (!wasLeft) expect(read).toHaveLength(given);
      } else if (error instanceof RequestError) {
        expect([one.onFailure, failing.includes(error.index ?? -1)]).toEqual(['throw', true]);
        expect(indexes).not.toContain(error.index);
      } else {
        expect([error, one.tornAt]).toEqual([new Error('torn'), given]);
        expect(read).toHaveLength(given);
      }
    }),
    { numRuns: 50 },
  );
});

function pick<M extends 'throw' | 'collect'>({
  concurrency,
  ordered,
  onFailure,
}: {
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly onFailure: M;
}) {
  return { concurrency, ordered, onFailure };
}
