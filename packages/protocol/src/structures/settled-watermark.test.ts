import { expect, test } from 'vitest';
import type { SettledWord } from './settled-watermark.ts';
import { hearSettled, isSettled, unsettled } from './settled-watermark.ts';

/** Applies words, each at its time, and returns the seqs up to 9 that are settled by them. */
function settledBy(...words: readonly (readonly [atMs: number, below: number, stragglers?: readonly number[]])[]) {
  const watermark = unsettled();
  for (const [atMs, settledBelow, stragglers] of words) {
    const word: SettledWord = { settledBelow, stragglers };
    hearSettled(watermark, word, atMs);
  }
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((seq) => isSettled(watermark, seq));
}

test('every seq below the watermark is settled, except the stragglers', () => {
  expect(settledBy([0, 5])).toEqual([1, 2, 3, 4]);
  expect(settledBy([0, 5, [2, 4]])).toEqual([1, 3]);
});

test('an older batch that arrives late changes nothing, with a lower watermark or with more stragglers', () => {
  expect(settledBy([0, 5, [2]], [10, 4, [2]])).toEqual([1, 3, 4]);
  expect(settledBy([0, 5, [2]], [10, 5, [2, 4]])).toEqual([1, 3, 4]);
  expect(settledBy([0, 5], [10, 5, [2]])).toEqual([1, 2, 3, 4]);
});

test('a straggler that is not named any more has settled', () => {
  expect(settledBy([0, 5, [2, 4]], [10, 5, [4]])).toEqual([1, 2, 3]);
  expect(settledBy([0, 5, [2, 4]], [10, 7, [4]])).toEqual([1, 2, 3, 5, 6]);
});

test('a false word in the name of a requester counts for two seconds, although the requester says less', () => {
  expect(settledBy([0, 5, [2]], [10, 5], [2_009, 5, [2]])).toEqual([1, 2, 3, 4]);
  expect(settledBy([0, 5, [2]], [10, 5], [2_009, 5, [2]], [2_010, 5, [2]])).toEqual([1, 3, 4]);
  expect(settledBy([0, 5, [2]], [10, 9], [2_010, 5, [2]])).toEqual([1, 3, 4]);
});
