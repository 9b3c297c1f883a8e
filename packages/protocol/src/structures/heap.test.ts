import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeap } from './heap.ts';

const step = fc.record({
  do: fc.constantFrom('add', 'remove', 'move'),
  id: fc.nat(15),
  rank: fc.integer({ min: 0, max: 30 }),
});

test('the first member of a heap ranks before all others, whichever members come, go and change their rank', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const members = Array.from({ length: 16 }, (_, id) => ({ id, rank: 0, at: -1 }));
      const isBefore = (one: (typeof members)[number], another: (typeof members)[number]): boolean =>
        one.rank === another.rank ? one.id < another.id : one.rank < another.rank;
      const heap = createHeap(isBefore);
      for (const { do: what, id, rank } of steps) {
        const member = members[id];
        if (member === undefined) continue;
        const isIn = member.at >= 0;
        if (what === 'remove') {
          if (isIn) heap.remove(member);
        } else {
          member.rank = rank;
          if (isIn) heap.moved(member);
          else heap.add(member);
        }
        const inside = members.filter(({ at }) => at >= 0);
        expect(heap.size()).toBe(inside.length);
        expect(heap.first()).toBe(inside.toSorted((one, another) => (isBefore(one, another) ? -1 : 1))[0]);
      }
    }),
    { numRuns: 500 },
  );
});
