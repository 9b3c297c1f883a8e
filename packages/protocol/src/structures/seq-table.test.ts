import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSeqTable } from './seq-table.ts';

/** Few seqs close to each other, or any seqs in the allowed range. */
const seqs = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 1_000 }).map((n) => n * 0x1_0000),
  fc.integer({ min: Number.MAX_SAFE_INTEGER - 200, max: Number.MAX_SAFE_INTEGER - 100 }),
);
const steps = fc.array(
  fc.record({
    type: fc.constantFrom('set', 'set', 'delete', 'between'),
    seq: seqs,
    width: fc.integer({ min: 0, max: 90 }),
  }),
  { maxLength: 300 },
);

test('a seq table holds the same entries as a Map', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const table = createSeqTable<number>();
      const map = new Map<number, number>();
      taken.forEach(({ type, seq, width }, step) => {
        if (type === 'set') {
          table.set(seq, step);
          map.set(seq, step);
        } else if (type === 'delete') {
          table.delete(seq);
          map.delete(seq);
        } else {
          const inside = [...map].filter(([key]) => key >= seq && key < seq + width);
          expect(table.between(seq, seq + width)).toEqual(bySeq(inside));
        }
        expect([table.size(), table.get(seq), table.has(seq)]).toEqual([map.size, map.get(seq), map.has(seq)]);
      });
      expect(table.values()).toEqual(bySeq([...map]));
    }),
  );
});

test('a table works with waves of any size', () => {
  const table = createSeqTable<number>();
  let next = 1;
  for (const wave of [1, 300, 5_000, 7, 7, 300, 300]) {
    const first = next;
    for (; next < first + wave; next += 1) table.set(next, next);
    expect(table.values()).toEqual(Array.from({ length: wave }, (_, index) => first + index));
    for (let seq = first; seq < next; seq += 1) table.delete(seq);
    expect(table.size()).toBe(0);
  }
});

test('a range below 2^53 takes no longer than the number of its entries', () => {
  const table = createSeqTable<string>();
  table.set(3, 'three');
  table.set(Number.MAX_SAFE_INTEGER - 1, 'last');
  expect(table.between(1, Number.MAX_SAFE_INTEGER)).toEqual(['three', 'last']);
});

function bySeq(entries: readonly (readonly [number, number])[]): number[] {
  return entries.toSorted(([a], [b]) => a - b).map(([, value]) => value);
}
