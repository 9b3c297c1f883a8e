import { expect, test } from 'vitest';
import { createAllowance } from './allowance.ts';

const tickMs = 50;

function taken(allowance: { take(): boolean }): number {
  let count = 0;
  while (allowance.take()) count += 1;
  return count;
}

test('a peer may send a burst at once, and then its rate', () => {
  const allowance = createAllowance({ burst: 100, perSecond: 40 }, tickMs);
  expect(taken(allowance)).toBe(100);
  for (let tick = 0; tick < 20; tick += 1) allowance.tick();
  // The refusal above was one too.
  expect(taken(allowance)).toBe(39);
});

test('a peer that sends nothing saves no more than a burst', () => {
  const allowance = createAllowance({ burst: 10, perSecond: 1_000 }, tickMs);
  for (let tick = 0; tick < 1_000; tick += 1) allowance.tick();
  expect(taken(allowance)).toBe(10);
});
