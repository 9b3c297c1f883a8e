import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { within } from './within.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what comes in time is given, and what fails fails as it did', async () => {
  expect(await within(1_000, 'five', Promise.resolve(5))).toBe(5);
  await expect(within(1_000, 'five', Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(vi.getTimerCount()).toBe(0);
});

test('what does not come in time is named', async () => {
  const late = expect(within(30_000, 'active of backup', new Promise(() => {}))).rejects.toThrow(
    'active of backup: not within 30 s',
  );
  await vi.advanceTimersByTimeAsync(30_000);
  await late;
});
