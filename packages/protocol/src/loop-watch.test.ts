import { describe, expect, test } from 'vitest';
import { createLoopWatch } from './loop-watch.ts';

/** A watch of a loop with work in flight that is seen at these times. */
function seenAt(...times: readonly number[]) {
  const watch = createLoopWatch();
  watch.handle({ type: 'seen', busy: true }, 0);
  for (const nowMs of times) watch.handle({ type: 'seen', busy: true }, nowMs);
  return watch;
}

test('a loop in time is not late', () => {
  expect(seenAt(50, 100, 340, 390, 640).isLate()).toBe(false);
});

test('one that is 200 ms late for the third time in a row is', () => {
  expect(seenAt(300, 600).isLate()).toBe(false);
  expect(seenAt(300, 600, 900).isLate()).toBe(true);
});

test('a pause is none, however long', () => {
  expect(seenAt(50, 10_000, 10_050).isLate()).toBe(false);
});

test('once in time it is not late any more', () => {
  expect(seenAt(300, 600, 900, 950).isLate()).toBe(false);
});

test('without work nothing is due, and its absence is no lateness', () => {
  const watch = seenAt(50);
  expect(watch.deadlineMs()).toBe(100);
  watch.handle({ type: 'seen', busy: false }, 60);
  expect(watch.deadlineMs()).toBeUndefined();
  for (const nowMs of [1_000, 2_000, 3_000]) {
    watch.handle({ type: 'seen', busy: true }, nowMs);
    watch.handle({ type: 'seen', busy: false }, nowMs + 1);
  }
  expect(watch.isLate()).toBe(false);
});

test('a late loop is watched until it is in time, also without work', () => {
  const watch = seenAt(300, 600, 900);
  watch.handle({ type: 'seen', busy: false }, 900);
  expect(watch.deadlineMs()).toBe(950);
  watch.handle({ type: 'seen', busy: false }, 951);
  expect([watch.isLate(), watch.deadlineMs()]).toEqual([false, undefined]);
});

describe('admitted work that waits for its turn', () => {
  /** A watch that has been seen every 50 ms until 1,000. */
  function watched() {
    const times = Array.from({ length: 20 }, (_, turn) => (turn + 1) * 50);
    return seenAt(...times);
  }

  test('makes a server late after 100 ms, and no longer when its turn has come', () => {
    const watch = watched();
    const late = (waitingSinceMs: number | undefined, nowMs: number): boolean => {
      watch.handle({ type: 'seen', busy: true, waitingSinceMs }, nowMs);
      return watch.isLate();
    };
    expect(late(1_000, 1_050)).toBe(false);
    expect(late(1_000, 1_100)).toBe(false);
    expect(late(1_000, 1_101)).toBe(true);
    expect(late(1_080, 1_120)).toBe(false);
    expect(late(1_080, 1_190)).toBe(true);
    expect(late(undefined, 1_195)).toBe(false);
  });

  test('has not waited while everything stood still', () => {
    const watch = watched();
    watch.handle({ type: 'seen', busy: true, waitingSinceMs: 1_000 }, 4_000);
    expect(watch.isLate()).toBe(false);
    watch.handle({ type: 'seen', busy: true, waitingSinceMs: 1_000 }, 4_100);
    expect(watch.isLate()).toBe(false);
    watch.handle({ type: 'seen', busy: true, waitingSinceMs: 1_000 }, 4_101);
    expect(watch.isLate()).toBe(true);
  });
});
