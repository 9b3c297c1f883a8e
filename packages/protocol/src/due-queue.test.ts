import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDueQueue } from './due-queue.ts';

test('entries come out in the order in which they are due, and not before', () => {
  const due = createDueQueue<string>();
  due.push(20, 'b');
  due.push(10, 'a');
  expect(due.peekDueMs()).toBe(10);
  expect(due.popDue(9)).toBeUndefined();
  expect(due.popDue(10)).toBe('a');
  expect(due.popDue(10)).toBeUndefined();
  expect(due.popDue(30)).toBe('b');
  expect(due.peekDueMs()).toBeUndefined();
});

test('any pushes, pops and sweeps give what a sorted list would', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 50 }) }) },
    { weight: 2, arbitrary: fc.record({ pop: fc.integer({ min: 0, max: 50 }) }) },
    { weight: 1, arbitrary: fc.record({ retain: fc.integer({ min: 1, max: 3 }) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const due = createDueQueue<number>();
      let list: { dueMs: number; key: number }[] = [];
      for (const [key, current] of steps.entries()) {
        if ('push' in current) {
          due.push(current.push, key);
          list.push({ dueMs: current.push, key });
        } else if ('pop' in current) {
          const earliest = Math.min(...list.map(({ dueMs }) => dueMs));
          const popped = due.popDue(current.pop);
          if (earliest > current.pop) expect(popped).toBeUndefined();
          else expect(list.find((entry) => entry.key === popped)?.dueMs).toBe(earliest);
          list = list.filter((entry) => entry.key !== popped);
        } else {
          due.retain((one) => one % current.retain === 0);
          list = list.filter((entry) => entry.key % current.retain === 0);
        }
        expect(due.size()).toBe(list.length);
        expect(due.peekDueMs()).toBe(list.length === 0 ? undefined : Math.min(...list.map(({ dueMs }) => dueMs)));
      }
    }),
  );
});
