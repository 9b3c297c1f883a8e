import { expect, test } from 'vitest';
import { createPace } from './queue-delay.ts';

test('what waits will do so as long as as many took lately', () => {
  const pace = createPace();
  pace.took(10, 50);
  pace.took(2, 10);
  expect([pace.waitMs(0), pace.waitMs(1), pace.waitMs(30)]).toEqual([0, 5, 150]);
});

test('nothing is known before anything was done', () => {
  expect(createPace().waitMs(1_000)).toBe(0);
});

test('a stretch that was interrupted does not count', () => {
  const pace = createPace();
  for (const ms of [1, 1, 3_000, 1, 500]) pace.took(1, ms);
  expect(pace.waitMs(20)).toBe(20);
});

test('a pace that has changed is known after a few stretches', () => {
  const pace = createPace();
  for (let stretch = 0; stretch < 100; stretch += 1) pace.took(100, 1);
  for (let stretch = 0; stretch < 8; stretch += 1) pace.took(1, 50);
  expect(pace.waitMs(3)).toBe(150);
});
