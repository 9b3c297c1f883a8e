import { expect, test } from 'vitest';
import { createHolds } from './holds.ts';

test('a process that a person ended waits until the person starts it', async () => {
  const holds = createHolds();
  const never = new AbortController().signal;
  holds.hold('a');
  expect([holds.isHeld('a'), holds.isHeld('b')]).toEqual([true, false]);
  const released = holds.released('a', never);
  holds.release('b');
  holds.release('a');
  expect(await released).toBe(true);
  expect(holds.isHeld('a')).toBe(false);
});

test('a process that is started before it has ended starts once it has, and only once', async () => {
  const holds = createHolds();
  const stopping = new AbortController();
  holds.hold('a');
  holds.release('a');
  expect(await holds.released('a', stopping.signal)).toBe(true);
  const again = holds.released('a', stopping.signal);
  stopping.abort();
  expect(await again).toBe(false);
});
