import { expect, test } from 'vitest';
import { createQueueDelay } from './queue-delay.ts';

test('the delay of waiting work is the time that as much work took lately', () => {
  const queueDelay = createQueueDelay();
  queueDelay.took(10, 50);
  queueDelay.took(2, 10);
  expect([queueDelay.waitMs(0), queueDelay.waitMs(1), queueDelay.waitMs(30)]).toEqual([0, 5, 150]);
});

test('nothing is known before any work is done', () => {
  expect(createQueueDelay().waitMs(1_000)).toBe(0);
});

test('an interrupted stretch of work does not count', () => {
  const queueDelay = createQueueDelay();
  for (const ms of [1, 1, 3_000, 1, 500]) queueDelay.took(1, ms);
  expect(queueDelay.waitMs(20)).toBe(20);
});

test('a changed delay is noticed after a few measurements', () => {
  const queueDelay = createQueueDelay();
  for (let stretch = 0; stretch < 100; stretch += 1) queueDelay.took(100, 1);
  for (let stretch = 0; stretch < 8; stretch += 1) queueDelay.took(1, 50);
  expect(queueDelay.waitMs(3)).toBe(150);
});
