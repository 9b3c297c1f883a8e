import { durationBoundsMs } from '@cateto/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CallHistograms } from './call-histograms.ts';
import { createCounts } from './counts.ts';
import { Histogram } from './histogram.ts';

test('each duration counts in the first bucket whose bound it does not exceed, and in the sum', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double({ min: 0, max: 4e6, noNaN: true }), fc.constantFrom(...durationBoundsMs))),
      (all) => {
        const histogram = new Histogram();
        for (const ms of all) histogram.add(ms);
        const { counts, sumMs } = histogram.durations();
        const bounds = [0, ...durationBoundsMs, Number.POSITIVE_INFINITY];
        const expected = bounds.slice(1).map((most, index) => {
          const above = index === 0 ? Number.NEGATIVE_INFINITY : (bounds[index] ?? 0);
          return all.filter((ms) => ms > above && ms <= most).length;
        });
        expect(counts).toEqual(expected);
        expect(sumMs).toBeCloseTo(
          all.reduce((sum, ms) => sum + ms, 0),
          3,
        );
      },
    ),
  );
});

test('a duration below zero counts as one, and does not lower the sum', () => {
  const histogram = new Histogram();
  histogram.add(2);
  histogram.add(-1);
  const { counts, sumMs } = histogram.durations();
  expect([counts[0], sumMs]).toEqual([1, 2]);
});

test('outcomes that no call has had are not listed', () => {
  const calls = new CallHistograms('square');
  expect(calls.all()).toEqual([]);
  calls.ended('out-of-domain', 1);
  expect(calls.all().map(({ method, error }) => [method, error])).toEqual([['square', 'out-of-domain']]);
});

test('more than 256 different words share one count', () => {
  const counts = createCounts();
  for (let n = 0; n < 300; n += 1) counts.count(`word ${n % 299}`);
  expect(Object.keys(counts.all())).toHaveLength(257);
  expect(counts.all()).toMatchObject({ 'word 0': 2, _OTHER: 43 });
});
