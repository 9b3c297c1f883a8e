import { expect, test } from 'vitest';
import { createCongestion } from './congestion.ts';

test('a link is congested from the moment at which more than a frame waits until the bytes have left', () => {
  let unsent = 0;
  let freed = 0;
  const { sent, isCongested, drained } = createCongestion(
    () => unsent,
    () => (freed += 1),
  );
  unsent = 1_048_576;
  sent(340_000);
  expect(isCongested()).toBe(false);
  unsent = 1_388_576;
  sent(340_000);
  expect(isCongested()).toBe(true);
  drained();
  expect([isCongested(), freed]).toEqual([true, 0]);
  unsent = 0;
  drained();
  drained();
  expect([isCongested(), freed]).toEqual([false, 1]);
});

test('many small messages are noticed as a few large ones are', () => {
  const { sent, isCongested } = createCongestion(
    () => 2_000_000,
    () => undefined,
  );
  for (let count = 0; count < 655; count += 1) sent(100);
  expect(isCongested()).toBe(false);
  sent(100);
  expect(isCongested()).toBe(true);
});
