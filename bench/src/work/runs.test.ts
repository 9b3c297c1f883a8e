import { expect, test } from 'vitest';
import { runsIn } from './runs.ts';

test('the runs of a range of items are counted in total and by process, with repeated runs of the same item', () => {
  const text = '-5 10\n0 10\n1 11\n1 10\n2 10\n1000000 12\n';
  expect(runsIn(text, 0, 3)).toEqual({ runs: 4, items: 3, byProcess: [3, 1] });
  expect(runsIn(text, 1_000_000, 1)).toEqual({ runs: 1, items: 1, byProcess: [1] });
});

test('a missing file counts as no runs', () => {
  expect(runsIn('', 0, 500)).toEqual({ runs: 0, items: 0, byProcess: [] });
});
