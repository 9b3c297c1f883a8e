import { expect, test } from 'vitest';
import { emptyResult } from './load.ts';
import { median, together } from './measurement.ts';

test('the median is the middle value, or the mean of the two middle values', () => {
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 9, 2])).toBe(3);
  expect(median([7])).toBe(7);
});

test('the results of several clients are added up, and their times become one distribution', () => {
  const one = { ...emptyResult(), answered: 2, wrong: 1, failed: { overloaded: 1 }, gapMs: 3, eachSecond: [1, 0] };
  const other = { ...emptyResult(), answered: 3, failed: { overloaded: 2, internal: 1 }, gapMs: 8, eachSecond: [2, 1] };
  for (const us of [100, 200]) one.latency.recordValue(us);
  for (const us of [300, 400, 500]) other.latency.recordValue(us);
  const both = together([one, other]);
  expect(both).toMatchObject({
    answered: 5,
    wrong: 1,
    failed: { overloaded: 3, internal: 1 },
    gapMs: 8,
    eachSecond: [3, 1],
  });
  expect(both.latency.totalCount).toBe(5);
  expect(both.latency.getValueAtPercentile(50)).toBe(300);
});
