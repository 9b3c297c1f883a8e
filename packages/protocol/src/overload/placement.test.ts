import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPlacement } from './placement.ts';

function placedAfter(...blockedMs: readonly number[]): 'loop' | 'threads' {
  const placement = createPlacement();
  for (const ms of blockedMs) placement.took(ms);
  return placement.inThreads() ? 'threads' : 'loop';
}

const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

test.each([
  ['nothing is known of', [], 'loop'],
  ['takes microseconds', times(1_000, 0.003), 'loop'],
  ['takes exactly 5 ms', times(100, 5), 'loop'],
  ['took more than 5 ms twice', [6, 6], 'loop'],
  ['took more than 5 ms three times', [6, 6, 6], 'threads'],
  ['blocked for 50 ms once', [50], 'threads'],
  ['blocked for less than 50 ms once', [...times(20, 0.01), 49, ...times(20, 0.01)], 'loop'],
  ['was interrupted three times in seven', [0.01, 20, 0.01, 20, 0.01, 20, 0.01], 'loop'],
  ['takes more than 5 ms from now on', [...times(1_000, 0.01), ...times(4, 6)], 'threads'],
] as const)('a handler that %s runs in the right place', (_what, blockedMs, where) => {
  expect(placedAfter(...blockedMs)).toBe(where);
});

test.each([
  ['fourteen fast runs', times(14, 0.1), 'threads'],
  ['fifteen fast runs', times(15, 0.1), 'loop'],
  ['fast runs of which seven were interrupted', [...times(8, 0.1), ...times(7, 30)], 'loop'],
  ['more slow runs than fast ones', [...times(7, 0.1), ...times(8, 30)], 'threads'],
  ['runs of 2 ms, which is neither slow nor fast', times(1_000, 2), 'threads'],
] as const)('a handler in threads after %s is in the right place', (_what, blockedMs, where) => {
  expect(placedAfter(50, ...blockedMs)).toBe(where);
});

test.each([
  ['interrupted once', 1_000, 1, 'loop'],
  ['blocked in two runs of seven', 5, 2, 'threads'],
  ['blocked in its first run', 0, 1, 'threads'],
] as const)('a handler that is quick otherwise and %s for 95 ms, computing for 20, is placed right', (...given) => {
  const [_what, quick, slow, where] = given;
  const placement = createPlacement();
  for (const ms of times(quick, 0.01)) placement.took(ms);
  for (const ms of times(slow, 95)) placement.took(ms, 20);
  expect(placement.inThreads()).toBe(where === 'threads');
});

test('two interruptions with six quick runs between them are two single ones', () => {
  const placement = createPlacement();
  for (let nth = 0; nth < 10; nth += 1) {
    for (const ms of times(6, 0.01)) placement.took(ms);
    placement.took(95, 20);
  }
  expect(placement.inThreads()).toBe(false);
});

test.each([
  [60, 30],
  [3_000, 50],
])('a handler that was quick and blocks for %d ms moves at once if the process computed for %d', (...given) => {
  const [blockedMs, computedMs] = given;
  const placement = createPlacement();
  for (const ms of times(1_000, 0.01)) placement.took(ms);
  placement.took(blockedMs, computedMs);
  expect(placement.inThreads()).toBe(true);
});

test('a handler whose runs take between 1 and 5 ms never moves, wherever it is', () => {
  const between = fc.array(fc.double({ min: 1, max: 5, noNaN: true }), { maxLength: 100 });
  fc.assert(
    fc.property(between, fc.boolean(), (blockedMs, slowFirst) => {
      expect(placedAfter(...(slowFirst ? [50] : []), ...blockedMs)).toBe(slowFirst ? 'threads' : 'loop');
    }),
  );
});

test('a handler moves at most once in three runs, whatever they take, unless one of them blocks for 50 ms', () => {
  const below = fc.array(fc.double({ min: 0, max: 49, noNaN: true }), { maxLength: 200 });
  fc.assert(
    fc.property(below, (blockedMs) => {
      const placement = createPlacement();
      let movedAt = -3;
      blockedMs.forEach((ms, run) => {
        const before = placement.inThreads();
        placement.took(ms);
        if (placement.inThreads() === before) return;
        expect(run - movedAt).toBeGreaterThanOrEqual(3);
        movedAt = run;
      });
    }),
  );
});
