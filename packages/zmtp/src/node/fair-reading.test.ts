import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { StreamUser } from '../network.ts';
import { createEventLog } from './event-log.test-support.ts';
import { loopback } from './loopback.test-support.ts';
import { createFairReader } from './fair-reading.ts';
import { nodeNetwork } from './network.ts';

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
    const take = createFairReader(near, () => {
      read += 1;
      busyFor(5);
    });
    near.on('data', take);
    far.write(Buffer.alloc(40 * chunkBytes));
  }
  let before = 0;
  let most = 0;
  while (read < 100) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, read - before);
    before = read;
  }
  // Two chunks take 10 ms. Node would read up to 32 chunks of each socket before it runs a timer.
  expect(most).toBeLessThan(6);
});

test('all bytes arrive in order, those before the close too, however long they take', async () => {
  const [near, far] = await loopback();
  const log = createEventLog<string>();
  const parts: Buffer[] = [];
  const take = createFairReader(near, (bytes) => {
    parts.push(Buffer.from(bytes));
    busyFor(15);
  });
  near.on('data', take);
  near.once('close', () => log.add('closed'));
  const sent = Buffer.from(Array.from({ length: 30 * chunkBytes }, (_, index) => (index * 31 + (index >> 8)) % 256));
  far.end(sent);
  await log.until((said) => said.includes('closed'));
  expect(Buffer.concat(parts).equals(sent)).toBe(true);
});

test('bytes that wait for their turn are not changed by the next read', async () => {
  const [near] = await loopback();
  const texts: string[] = [];
  const take = createFairReader(near, (bytes) => {
    texts.push(bytes.toString('latin1'));
    busyFor(15);
  });
  const readInto = Buffer.alloc(1);
  for (const text of 'abc') {
    readInto.write(text);
    take(readInto);
  }
  await expect.poll(() => texts.join('')).toBe('abc');
});

test('a dialled connection is read in turns too, and all its bytes arrive in order', async () => {
  const sent = Buffer.from(Array.from({ length: 20 * chunkBytes }, (_, index) => (index * 17 + (index >> 7)) % 256));
  const server = createServer((socket) => void socket.end(sent));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const parts: Uint8Array[] = [];
  let turns = 0;
  let over = false;
  const port = (server.address() as AddressInfo).port;
  await new Promise<void>((resolve) => {
    const user: StreamUser = {
      heard(bytes) {
        parts.push(Buffer.from(bytes));
        busyFor(15);
      },
      drained: () => undefined,
      closed: () => resolve(),
    };
    nodeNetwork.connect(
      { host: '127.0.0.1', port },
      1_000,
      () => user,
      () => (over = true),
    );
    setImmediate(function turn() {
      turns += 1;
      if (!over) setImmediate(turn);
    });
  });
  expect(Buffer.concat(parts).equals(sent)).toBe(true);
  // At most one chunk for each turn.
  expect(turns).toBeGreaterThan(parts.length - 2);
});
