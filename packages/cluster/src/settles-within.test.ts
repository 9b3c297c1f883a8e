import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { within } from './settles-within.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('within passes on the value or the error of a promise that settles in time', async () => {
  expect(await within(1_000, 'five', Promise.resolve(5))).toBe(5);
  await expect(within(1_000, 'five', Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(vi.getTimerCount()).toBe(0);
});

test('within rejects with the name of the promise that does not settle in time', async () => {
  const late = expect(within(30_000, 'active of backup', new Promise(() => {}))).rejects.toThrow(
    'active of backup: not within 30 s',
  );
  await vi.advanceTimersByTimeAsync(30_000);
  await late;
});
