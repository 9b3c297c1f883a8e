import { calculator } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { missingWithMeaning } from './missing.ts';

test('a missing broker is a warning, and a system without brokers is a severe fault', () => {
  expect(missingWithMeaning(['broker 127.0.0.1:5555'], calculator)).toMatchObject([{ severe: false }]);
  expect(missingWithMeaning(['an active broker'], calculator)).toMatchObject([
    { what: 'No broker is active', severe: true },
  ]);
});

test('servers of several operations and lanes are one entry, which says who computes meanwhile', () => {
  const missing = ['multiply', 'square'].flatMap((name) =>
    [1, 2].map((lane) => `an op-server for ${name} on lane ${lane}`),
  );
  expect(missingWithMeaning(missing, calculator)).toEqual([
    {
      what: 'No op-server serves multiply and square on lanes 1, 2',
      meaning: 'The calc-server computes them itself, and has less time for other requests.',
      severe: false,
    },
  ]);
});

test('formulas that nobody serves are named, up to a number', () => {
  const [found] = missingWithMeaning(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `a calc-server for ${name}`),
    calculator,
  );
  expect(found?.what).toBe('No calc-server serves a, b, c, d and 2 more');
});
