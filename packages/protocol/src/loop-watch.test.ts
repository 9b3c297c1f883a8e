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

describe('a queue of more than 100 ms', () => {
  function watched() {
    const watch = createLoopWatch();
    return (waitMs: number | undefined, nowMs: number): boolean => {
      watch.handle({ type: 'seen', busy: false, waitMs }, nowMs);
      return watch.isLate();
    };
  }

  test('is worked off when it came at once', () => {
    const late = watched();
    expect([late(5_000, 0), late(2_000, 500), late(101, 999), late(100, 1_000), late(101, 1_001)]).not.toContain(true);
  });

  test('makes a server late when it has stood for a second, and from then on whenever it is so long', () => {
    const late = watched();
    expect([late(101, 0), late(300, 999), late(300, 1_000)]).toEqual([false, false, true]);
    expect([late(100, 1_100), late(101, 1_200), late(99, 1_300), late(5_000, 2_299)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  test('is forgotten when it has been short for a second', () => {
    const late = watched();
    expect([late(101, 0), late(101, 1_000), late(undefined, 1_100), late(50, 2_100)]).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect([late(101, 2_200), late(101, 3_199), late(101, 3_200)]).toEqual([false, false, true]);
  });
});
