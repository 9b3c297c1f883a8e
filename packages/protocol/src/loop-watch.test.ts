import { expect, test } from 'vitest';
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

test('a queue of more than 100 ms makes it late, as long as it is that', () => {
  const watch = seenAt(50);
  const late = (waitMs: number | undefined): boolean => {
    watch.handle({ type: 'seen', busy: true, waitMs }, 60);
    return watch.isLate();
  };
  expect([late(100), late(101), late(99), late(5_000), late(undefined)]).toEqual([false, true, false, true, false]);
});
