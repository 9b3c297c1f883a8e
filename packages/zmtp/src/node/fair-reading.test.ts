import { expect, test } from 'vitest';
import { createEventLog } from './event-log.test-support.ts';
import { loopback } from './loopback.test-support.ts';
import { readFairly } from './fair-reading.ts';

const chunkBytes = 65_536;

/** Occupies the thread, like the frames of a chunk. */
function busyFor(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

test('timers run while peers send faster than this process reads', async () => {
  const floods = await Promise.all(Array.from({ length: 4 }, loopback));
  let read = 0;
  for (const [near, far] of floods) {
    readFairly(near, () => {
      read += 1;
      busyFor(5);
    });
    far.write(Buffer.alloc(40 * chunkBytes));
  }
  let longestMs = 0;
  let lastMs = performance.now();
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - lastMs);
    lastMs = performance.now();
  }, 5);
  while (read < 100) await new Promise((resolve) => setImmediate(resolve));
  clearInterval(timer);
  // All chunks of a socket in one turn would take 200 ms, and those of all sockets 800.
  expect(longestMs).toBeLessThan(150);
});

test('all bytes arrive in order, those before the close too, however long they take', async () => {
  const [near, far] = await loopback();
  const log = createEventLog<string>();
  const parts: Buffer[] = [];
  readFairly(near, (bytes) => {
    parts.push(bytes);
    busyFor(15);
  });
  near.once('close', () => log.add('closed'));
  const sent = Buffer.from(Array.from({ length: 30 * chunkBytes }, (_, index) => (index * 31 + (index >> 8)) % 256));
  far.end(sent);
  await log.until((said) => said.includes('closed'));
  expect(Buffer.concat(parts).equals(sent)).toBe(true);
});
