import { expect, test } from 'vitest';
import type { SettledWord } from './settled-watermark.ts';
import { hearSettled, isSettled, unsettled } from './settled-watermark.ts';

/** Says words, each at a time, and gives the seqs up to 9 that are settled by them. */
function settledBy(...words: readonly (readonly [atMs: number, below: number, stragglers?: readonly number[]])[]) {
  const watermark = unsettled();
  for (const [atMs, settledBelow, stragglers] of words) {
    const word: SettledWord = { settledBelow, stragglers };
    hearSettled(watermark, word, atMs);
  }
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((seq) => isSettled(watermark, seq));
}

test('every seq below the mark is settled, but no straggler', () => {
  expect(settledBy([0, 5])).toEqual([1, 2, 3, 4]);
  expect(settledBy([0, 5, [2, 4]])).toEqual([1, 3]);
});

test('an older batch that comes late takes nothing back, be its mark lower or its stragglers more', () => {
  expect(settledBy([0, 5, [2]], [10, 4, [2]])).toEqual([1, 3, 4]);
  expect(settledBy([0, 5, [2]], [10, 5, [2, 4]])).toEqual([1, 3, 4]);
  expect(settledBy([0, 5], [10, 5, [2]])).toEqual([1, 2, 3, 4]);
});

test('a straggler that is named no more has settled', () => {
  expect(settledBy([0, 5, [2, 4]], [10, 5, [4]])).toEqual([1, 2, 3]);
  expect(settledBy([0, 5, [2, 4]], [10, 7, [4]])).toEqual([1, 2, 3, 5, 6]);
});

test('what a stranger said in the name of a requester counts for two seconds, though the requester says less', () => {
  expect(settledBy([0, 5, [2]], [10, 5], [2_009, 5, [2]])).toEqual([1, 2, 3, 4]);
  expect(settledBy([0, 5, [2]], [10, 5], [2_009, 5, [2]], [2_010, 5, [2]])).toEqual([1, 3, 4]);
  expect(settledBy([0, 5, [2]], [10, 9], [2_010, 5, [2]])).toEqual([1, 3, 4]);
});
