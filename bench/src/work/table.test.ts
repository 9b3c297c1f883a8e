import { expect, test } from 'vitest';
import { workTable } from './table.ts';
import type { WorkMeasurement } from './work-measurement.ts';
import { percentile } from './work-measurement.ts';

const measured = (system: string, more: Partial<WorkMeasurement> = {}): WorkMeasurement => ({
  load: '500 x 50 ms',
  batch: 'all',
  system,
  round: 1,
  asked: 500,
  answered: 500,
  wrong: 0,
  failed: {},
  runsNeeded: 500,
  runs: 500,
  items: 500,
  byProcess: [260, 240],
  fallbacks: 0,
  wallMs: 13_000,
  idealMs: 12_500,
  p99Ms: 12_900,
  othersShare: 0.031,
  ...more,
});

const lines = (...measurements: WorkMeasurement[]): string[] => workTable(measurements).split('\n').slice(2);

test('each system has a line with its time as a multiple of the ideal and of Piscina alone', () => {
  const [piscina, cateto] = lines(
    measured('piscina', { byProcess: [500] }),
    measured('Cateto', {
      wallMs: 26_000,
      runs: 1_200,
      fallbacks: 7,
      answered: 499,
      failed: { 'deadline-exceeded': 1 },
    }),
  );
  expect(piscina).toBe('| 500 x 50 ms | piscina | 500 of 500 | 500 | 0 | 13.0 | 1.04 | 1.00 | 12,900 | 500 |  | 3 % |');
  expect(cateto).toBe(
    '| 500 x 50 ms | Cateto | 499 of 500 | 1,200 for 500 | 7 | 26.0 | 2.08 | 2.00 | 12,900 | 260, 240 | 1 deadline-exceeded | 3 % |',
  );
});

test('the table has the median time, the fewest answers and the most runs of several rounds', () => {
  const [line] = lines(
    measured('Cateto', { wallMs: 20_000, runs: 501, byProcess: [301, 200] }),
    measured('Cateto', { wallMs: 14_000, answered: 498, wrong: 2 }),
    measured('Cateto', { wallMs: 15_000 }),
  );
  expect(line).toBe(
    '| 500 x 50 ms | Cateto | 498 of 500 | 501 for 500 | 0 | 15.0 | 1.20 |  | 12,900 | 301, 200 | 2 wrong | 3 % |',
  );
});

test('a paced client is not compared, and without answers it has no percentile', () => {
  const { idealMs: _, ...paced } = measured('Cateto', { batch: 'paced', answered: 0, p99Ms: Number.NaN });
  expect(lines(paced)[0]).toBe(
    '| 500 x 50 ms: paced | Cateto | 0 of 500 | 500 | 0 | 13.0 |  |  |  | 260, 240 |  | 3 % |',
  );
});

test('a percentile is the smallest value that this share of all values does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.99)).toBeNaN();
});
