import { expect, test } from 'vitest';
import type { BegunRow } from './row-queue.ts';
import { RowQueue } from './row-queue.ts';
import type { DoneRow } from './row.ts';

/** A queue whose writes the test ends by hand. */
function queued(rowsMax = 100) {
  const writes: { readonly rows: readonly DoneRow[]; readonly end: (error?: Error) => void }[] = [];
  const faults: string[] = [];
  const write = (rows: readonly DoneRow[]): Promise<void> =>
    new Promise((resolve, reject) => writes.push({ rows, end: (error) => (error ? reject(error) : resolve()) }));
  const queue = new RowQueue<BegunRow>(rowsMax, write, () => faults.push('fault'));
  const begin = (): BegunRow => {
    const row: BegunRow = { done: undefined };
    queue.add(row);
    return row;
  };
  const finish = (row: BegunRow, text: string): void => {
    row.done = [text];
    queue.advance();
  };
  const written = (): string[] => writes.map(({ rows }) => rows.join(' '));
  return { queue, writes, faults, begin, finish, written };
}

/** Lets everything happen that needs no further input. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('rows are written in the order in which they began, those that are done meanwhile together', async () => {
  const { queue, writes, begin, finish, written } = queued();
  const [one, two, three, four] = [begin(), begin(), begin(), begin()];
  finish(two, '2');
  expect(written()).toEqual([]);
  finish(one, '1');
  await settled();
  expect(written()).toEqual(['1 2']);
  finish(four, '4');
  finish(three, '3');
  expect(written()).toEqual(['1 2']);
  writes[0]?.end();
  await settled();
  expect(written()).toEqual(['1 2', '3 4']);
  const flushed = queue.flush().then(() => 'flushed');
  writes[1]?.end();
  expect(await flushed).toBe('flushed');
});

test('a row that is done when it begins is written, with all others of its turn', async () => {
  const { queue, begin, finish, written } = queued();
  queue.add({ done: ['0'] });
  finish(begin(), '1');
  await settled();
  expect(written()).toEqual(['0 1']);
});

test('a row has room when one before it is written', async () => {
  const { queue, writes, begin, finish } = queued(2);
  const [one] = [begin(), begin()];
  let hasRoom = false;
  void queue.room().then(() => (hasRoom = true));
  finish(one, '1');
  await settled();
  expect(hasRoom).toBe(false);
  writes[0]?.end();
  await settled();
  expect(hasRoom).toBe(true);
});

test('a write that fails is told at once and at the end, and is the last one', async () => {
  const { queue, writes, faults, begin, finish } = queued();
  const [one, two] = [begin(), begin()];
  finish(one, '1');
  await settled();
  writes[0]?.end(new Error('disk full'));
  await settled();
  finish(two, '2');
  expect([faults, writes.length]).toEqual([['fault'], 1]);
  await expect(queue.flush()).rejects.toThrow('disk full');
});
