import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDueQueue } from './due-queue.ts';

describe('a due queue', () => {
  test('a due queue reports when its earliest entry is due, and nothing when it is empty', () => {
    const queue = createDueQueue<string>();
    expect(queue.peekDueMs()).toBeUndefined();
    queue.push(30, 'late');
    queue.push(10, 'early');
    queue.push(20, 'between');
    expect(queue.peekDueMs()).toBe(10);
  });

  test('a due queue returns what is due, and keeps what is not', () => {
    const queue = createDueQueue<string>();
    queue.push(10, 'early');
    queue.push(20, 'late');
    expect(queue.popDue(9.9)).toBeUndefined();
    expect(queue.popDue(10)).toBe('early');
    expect(queue.popDue(10)).toBeUndefined();
    expect(queue.size()).toBe(1);
    expect(queue.popDue(20)).toBe('late');
    expect(queue.popDue(20)).toBeUndefined();
  });

  test('a due queue holds a key as often as it was pushed, so the earlier entry of a moved key still comes up', () => {
    const queue = createDueQueue<string>();
    queue.push(10, 'moved');
    queue.push(20, 'moved');
    expect([queue.popDue(30), queue.popDue(30), queue.popDue(30)]).toEqual(['moved', 'moved', undefined]);
  });

  test('a sweep drops entries that are not to be kept, and the others come out in order', () => {
    const queue = createDueQueue<number>();
    // Without the earliest entry, the one that takes its place is not the next.
    for (const key of [1, 5, 2, 6, 7, 3, 4]) queue.push(key, key);
    queue.retain((key) => key !== 1 && key !== 4);
    expect(queue.size()).toBe(5);
    expect([1, 2, 3, 4, 5, 6].map(() => queue.popDue(100))).toEqual([2, 3, 5, 6, 7, undefined]);
  });

  test('skimming drops due entries that are not to be kept, up to the first that is', () => {
    const queue = createDueQueue<number>();
    for (const key of [4, 1, 3, 2]) queue.push(key, key);
    queue.skim((key) => key > 2 || key === 1);
    expect(queue.peekDueMs()).toBe(1);
    queue.skim((key) => key > 2);
    expect([queue.peekDueMs(), queue.size()]).toEqual([3, 2]);
    queue.skim(() => false);
    expect([queue.peekDueMs(), queue.size()]).toEqual([undefined, 0]);
  });

  test('a due queue returns everything once, in the order of the due times, however it is used', () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant('push' as const), dueMs: fc.integer({ min: 0, max: 50 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ type: fc.constant('pop' as const), nowMs: fc.integer({ min: 0, max: 60 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant('retain' as const), divisor: fc.integer({ min: 2, max: 4 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ type: fc.constant('skim' as const), divisor: fc.integer({ min: 2, max: 4 }) }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const queue = createDueQueue<number>();
        /** By key: when it is due. */
        const held = new Map<number, number>();
        let lastKey = 0;
        for (const current of steps) {
          if (current.type === 'push') {
            lastKey += 1;
            // No two entries are due at the same time, because either might come first.
            const dueMs = current.dueMs + lastKey / 1_000;
            queue.push(dueMs, lastKey);
            held.set(lastKey, dueMs);
          } else if (current.type === 'retain') {
            const keep = (key: number): boolean => key % current.divisor !== 0;
            queue.retain(keep);
            for (const key of held.keys()) if (!keep(key)) held.delete(key);
          } else if (current.type === 'skim') {
            const keep = (key: number): boolean => key % current.divisor !== 0;
            queue.skim(keep);
            const keptMs = Math.min(...[...held].flatMap(([key, dueMs]) => (keep(key) ? [dueMs] : [])));
            for (const [key, dueMs] of held) if (dueMs < keptMs) held.delete(key);
          } else {
            const earliestMs = Math.min(...held.values());
            const key = queue.popDue(current.nowMs);
            expect(key === undefined).toBe(earliestMs > current.nowMs);
            if (key !== undefined) expect(held.get(key)).toBe(earliestMs);
            if (key !== undefined) held.delete(key);
          }
          expect(queue.size()).toBe(held.size);
          expect(queue.peekDueMs()).toBe(held.size === 0 ? undefined : Math.min(...held.values()));
        }
      }),
      { numRuns: 500 },
    );
  });
});
