import { expect, test } from 'vitest';
import { createQueueDelay } from './queue-delay.ts';

test('what waits will do so as long as as many took lately', () => {
  const queueDelay = createQueueDelay();
  queueDelay.took(10, 50);
  queueDelay.took(2, 10);
  expect([queueDelay.waitMs(0), queueDelay.waitMs(1), queueDelay.waitMs(30)]).toEqual([0, 5, 150]);
});

test('nothing is known before anything was done', () => {
  expect(createQueueDelay().waitMs(1_000)).toBe(0);
});

test('a stretch that was interrupted does not count', () => {
  const queueDelay = createQueueDelay();
  for (const ms of [1, 1, 3_000, 1, 500]) queueDelay.took(1, ms);
  expect(queueDelay.waitMs(20)).toBe(20);
});

test('a delay that has changed is known after a few stretches', () => {
  const queueDelay = createQueueDelay();
  for (let stretch = 0; stretch < 100; stretch += 1) queueDelay.took(100, 1);
  for (let stretch = 0; stretch < 8; stretch += 1) queueDelay.took(1, 50);
  expect(queueDelay.waitMs(3)).toBe(150);
});
