import { expect, test } from 'vitest';
import { createStall } from './stall.ts';

test('a peer is given up when it has taken none of the waiting bytes for the whole time', () => {
  const stall = createStall(500, 50);
  for (let tick = 0; tick < 10; tick += 1) expect(stall.tick(0, 100 + tick)).toBe(false);
  expect(stall.tick(0, 200)).toBe(true);
});

test('a peer that takes a little now and then, or for which nothing waits, is not given up', () => {
  const stall = createStall(500, 50);
  for (let tick = 0; tick < 100; tick += 1) expect(stall.tick(Math.floor(tick / 9), 1_000)).toBe(false);
  for (let tick = 0; tick < 100; tick += 1) expect(stall.tick(11, 0)).toBe(false);
});
