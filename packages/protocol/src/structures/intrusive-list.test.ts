import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Linked, IntrusiveList } from './intrusive-list.ts';
import { createIntrusiveList } from './intrusive-list.ts';

interface One extends Linked<One> {
  readonly id: number;
}

function one(id: number): One {
  return { id, older: undefined, newer: undefined };
}

/** The ids from the oldest to the newest, and back. */
function walk(order: IntrusiveList<One>): { onward: number[]; back: number[] } {
  const onward: number[] = [];
  const back: number[] = [];
  for (let next = order.oldest(); next !== undefined; next = next.newer) onward.push(next.id);
  for (let next = order.newest(); next !== undefined; next = next.older) back.push(next.id);
  return { onward, back };
}

describe('an intrusive list', () => {
  test('a list is empty at first, and again when its last member has left', () => {
    const order = createIntrusiveList<One>();
    const only = one(1);
    expect([order.oldest(), order.newest(), order.size()]).toEqual([undefined, undefined, 0]);
    order.add(only);
    expect([order.oldest(), order.newest(), order.size()]).toEqual([only, only, 1]);
    order.remove(only);
    expect([order.oldest(), order.newest(), order.size()]).toEqual([undefined, undefined, 0]);
  });

  test('a list keeps no reference to members that have left', () => {
    const order = createIntrusiveList<One>();
    const members = [one(1), one(2), one(3)] as const;
    for (const member of members) order.add(member);
    order.remove(members[1]);
    expect([members[1].older, members[1].newer]).toEqual([undefined, undefined]);
    expect([members[0].newer, members[2].older]).toEqual([members[2], members[0]]);
  });

  test('a list keeps the order of arrival, whichever members leave or come again', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(7), { maxLength: 60 }), (picks) => {
        const order = createIntrusiveList<One>();
        const members = Array.from({ length: 8 }, (_, id) => one(id));
        let expected: number[] = [];
        for (const pick of picks) {
          const member = members[pick];
          if (member === undefined) throw new RangeError(`no member ${pick}`);
          if (expected.includes(pick)) {
            order.remove(member);
            expected = expected.filter((id) => id !== pick);
          } else {
            order.add(member);
            expected.push(pick);
          }
          expect(walk(order)).toEqual({ onward: expected, back: expected.toReversed() });
          expect(order.size()).toBe(expected.length);
        }
      }),
    );
  });
});
