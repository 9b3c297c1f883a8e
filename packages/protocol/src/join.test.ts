import type { OperandReading } from '@cateto/contracts';
import { failure } from '@cateto/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompleteRequest, Join } from './join.ts';
import { createJoin } from './join.ts';

const sender = 'aaaaaaaaaaaa';

function operand(seq: number, value: unknown, more: Partial<OperandReading> = {}): OperandReading {
  return {
    seq,
    ttlMs: 5_000,
    trace: undefined,
    formula: 'hypotenuse',
    operands: 2,
    value,
    refusal: undefined,
    ...more,
  };
}

function give(
  join: Join,
  n: number,
  operands: OperandReading[],
  nowMs = 0,
  settledBelow = 1,
): readonly CompleteRequest[] {
  const effects = join.handle({ type: 'operands', n, sender, settledBelow, operands }, nowMs);
  return effects.flatMap(({ requests }) => requests);
}

describe('the join', () => {
  test('a request is complete when all its operands are there, in whatever order they come', () => {
    const join = createJoin();
    expect(give(join, 2, [operand(7, 13)])).toEqual([]);
    expect(give(join, 1, [operand(7, 12, { trace: 't' })], 1_000)).toEqual([
      { seq: 7, formula: 'hypotenuse', operands: [12, 13], ttlMs: 4_000, trace: 't', refusal: undefined },
    ]);
    expect(join.incomplete()).toBe(0);
  });

  test('requests that become complete in one batch come together', () => {
    const join = createJoin();
    give(join, 1, [operand(1, 1), operand(2, 2), operand(3, 3)]);
    expect(give(join, 2, [operand(3, 3), operand(1, 1)]).map(({ seq }) => seq)).toEqual([3, 1]);
  });

  test('two requesters with the same seq do not get into each other', () => {
    const join = createJoin();
    give(join, 1, [operand(1, 12)]);
    const other = {
      type: 'operands',
      n: 2,
      sender: 'bbbbbbbbbbbb',
      settledBelow: 1,
      operands: [operand(1, 13)],
    } as const;
    expect(join.handle(other, 0)).toEqual([]);
  });

  test('an operand that is there already is ignored', () => {
    const join = createJoin();
    give(join, 1, [operand(1, 12)]);
    expect(give(join, 1, [operand(1, 99)])).toEqual([]);
    expect(give(join, 2, [operand(1, 13)])[0]?.operands).toEqual([12, 13]);
  });

  test('operands that disagree are refused, naming what disagrees', () => {
    for (const [other, said] of [
      [operand(1, 13, { formula: 'leg' }), /leg.*hypotenuse/],
      [operand(1, 13, { operands: 3 }), /operand 2 of 3.* of 2/],
    ] as const) {
      const join = createJoin();
      give(join, 1, [operand(1, 12)]);
      const [complete] = give(join, 2, [other]);
      expect(complete?.refusal).toMatchObject({ code: 'invalid-request', message: expect.stringMatching(said) });
    }
  });

  test('an operand with a number above the count is refused', () => {
    const [complete] = give(createJoin(), 3, [operand(1, 12)]);
    expect(complete?.refusal?.code).toBe('invalid-request');
  });

  test('a refused operand refuses its request at once: the others may never come', () => {
    const refusal = failure('unknown-formula', 'unheard of');
    expect(give(createJoin(), 1, [operand(1, 12, { refusal })])).toMatchObject([{ seq: 1, refusal }]);
  });

  test('what stays incomplete is forgotten within a second of its deadline', () => {
    const join = createJoin();
    give(join, 1, [operand(1, 12, { ttlMs: 300 }), operand(2, 12, { ttlMs: 60_000 })]);
    for (let dueMs = join.deadlineMs(); dueMs !== undefined && dueMs <= 1_300; dueMs = join.deadlineMs()) {
      join.handle({ type: 'tick' }, dueMs);
    }
    expect(join.incomplete()).toBe(1);
    expect(give(join, 2, [operand(1, 13)], 1_300)).toEqual([]);
  });

  test('what the requester has settled is forgotten and ignored', () => {
    const join = createJoin();
    give(join, 1, [operand(1, 12), operand(2, 12)]);
    expect(give(join, 2, [operand(1, 13)], 0, 2)).toEqual([]);
    expect(join.incomplete()).toBe(1);
  });

  test('of too many the oldest goes', () => {
    const join = createJoin({ incompleteMax: 2 });
    give(join, 1, [operand(1, 1), operand(2, 2), operand(3, 3)]);
    expect(join.incomplete()).toBe(2);
    expect(give(join, 2, [operand(3, 3)]).map(({ seq }) => seq)).toEqual([3]);
    expect(give(join, 2, [operand(1, 1)])).toEqual([]);
  });

  test('however operands are shuffled and repeated, each request is complete exactly once for each full set', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 20 }).chain((counts) => {
      const all = counts.flatMap((count, index) =>
        Array.from({ length: count }, (_, at) => ({ seq: index + 1, n: at + 1, count })),
      );
      return fc.tuple(fc.constant(counts), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
    });
    fc.assert(
      fc.property(pieces, ([counts, order]) => {
        const join = createJoin();
        const complete = order.flatMap(({ seq, n, count }) => {
          const piece = operand(seq, `${seq}.${n}`, { operands: count });
          const first = give(join, n, [piece]);
          // Repeated while it is still there: ignored.
          return first.length > 0 ? [...first] : [...first, ...give(join, n, [piece])];
        });
        expect(complete.map(({ seq }) => seq).toSorted((x, y) => x - y)).toEqual(counts.map((_, index) => index + 1));
        for (const { seq, operands } of complete) {
          expect(operands).toEqual(operands.map((_, index) => `${seq}.${index + 1}`));
          expect(operands).toHaveLength(counts[seq - 1] ?? 0);
        }
        expect(join.incomplete()).toBe(0);
      }),
    );
  });
});
