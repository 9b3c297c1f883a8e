import { expect, test } from 'vitest';
import { durationText } from './duration-text.ts';
import { Pace } from './pace.ts';
import { countsText } from './progress.ts';

test('the pace and the time left follow the last ten seconds', () => {
  const pace = new Pace();
  expect([pace.rowsPerSecond(), pace.leftMs()]).toEqual([0, undefined]);
  pace.add(0, 0, 0);
  expect([pace.rowsPerSecond(), pace.leftMs()]).toEqual([0, undefined]);
  for (let second = 1; second <= 10; second += 1) pace.add(1_000 * second, 100 * second, second / 100);
  expect(pace.rowsPerSecond()).toBeCloseTo(100);
  expect(pace.leftMs()).toBeCloseTo(90_000);
  // Half as fast from now on.
  for (let second = 1; second <= 20; second += 1)
    pace.add(10_000 + 1_000 * second, 1_000 + 50 * second, 0.1 + second / 200);
  expect(pace.rowsPerSecond()).toBeCloseTo(50);
  expect(pace.leftMs()).toBeCloseTo(160_000);
});

test('rows that an earlier run did count for nothing', () => {
  const pace = new Pace();
  pace.add(0, 5_000, 0.5);
  pace.add(1_000, 5_100, 0.51);
  expect(pace.rowsPerSecond()).toBeCloseTo(100);
  expect(pace.leftMs()).toBeCloseTo(49_000);
});

test('the text beside the progress bar has the rate, the time left, and the rows that fell back', () => {
  const pace = new Pace();
  expect(countsText({ rows: 0, failed: 0, fellBack: 0 }, pace)).toBe('0 rows, 0 failed');
  pace.add(0, 0, 0);
  pace.add(2_000, 500, 0.25);
  expect(countsText({ rows: 500, failed: 3, fellBack: 7 }, pace)).toBe(
    '500 rows, 3 failed, 7 computed by the calc-server, 250 rows/s, 6.0 s left',
  );
});

test.each([
  [0, '0.0 s'],
  [449, '0.4 s'],
  [9_949, '9.9 s'],
  [9_960, '10 s'],
  [59_600, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [3_780_000, '1 h 3 min'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
