import { expect, test } from 'vitest';
import { createJournal } from './journal.ts';

const point = { atMs: 1, answers: 1, calls: 1, inFlight: 0, p50Ms: undefined, p99Ms: undefined };

test('a page that comes back gets what it has missed', () => {
  const journal = createJournal();
  for (let count = 0; count < 3; count += 1) journal.add('points', [point]);
  expect(journal.after(1)?.map(({ number }) => number)).toEqual([2, 3]);
  expect(journal.after(3)).toEqual([]);
});

test('a page that was away for too long, or names an entry that does not exist yet, has to begin anew', () => {
  const journal = createJournal(200);
  for (let count = 0; count < 100; count += 1) journal.add('points', [point]);
  expect(journal.after(1)).toBeUndefined();
  expect(journal.after(101)).toBeUndefined();
  expect(journal.after(99)).toHaveLength(1);
});

test('a page waits until there is more, or until it goes', async () => {
  const journal = createJournal();
  const gone = new AbortController();
  const more = journal.changed(0, gone.signal);
  journal.add('points', [point]);
  await more;
  const never = journal.changed(1, gone.signal);
  gone.abort();
  await never;
});
