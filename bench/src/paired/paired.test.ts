import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Slice } from './clone.ts';
import { startClone } from './clone.ts';
import { lineOf, ratiosOf } from './comparison.ts';

function slice(perSecond: number, broker: number, client: number): Slice {
  return { perSecond, cpuUs: { broker, client }, failed: {}, wrong: 0 };
}

test('the ratios are medians over the turns, so that a machine that slows down concerns both systems', () => {
  const before = [slice(30_000, 4, 10), slice(15_000, 8, 20), slice(29_000, 4, 10)];
  const after = [slice(27_000, 5, 11), slice(13_500, 10, 22), slice(31_000, 4, 10)];
  expect(ratiosOf(before, after)).toBe('processor time after / before: 1.14 (broker 1.25, client 1.10); rate 0.90');
});

test('the line of a system counts the slices in which a request failed or an answer was wrong', () => {
  const slices = [slice(30_000, 4, 10), { ...slice(29_000, 5, 10), wrong: 1 }, slice(31_000, 4, 11)];
  expect(lineOf('../before', slices)).toBe(
    '../before: 30000/s, 15.00 µs of processor time for each answer, 1 slices with failures',
  );
});

test('a folder that is no clone with this comparison is named, with what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-paired-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await expect(startClone(folder)).rejects.toThrow(`${folder} has no bench/src/paired/program.ts`);
});
