import { describe, expect, test } from 'vitest';
import { collectSeries, curveOf, growsFasterThan } from './series.ts';

const minuteMs = 60_000;

/** A process sampled every 5 s for so many minutes. */
function collected(minutes: number, mibAt: (minute: number) => number) {
  const all = collectSeries();
  for (let atMs = 0; atMs <= minutes * minuteMs; atMs += 5_000) {
    all.add('broker', 1, { atMs, value: mibAt(atMs / minuteMs) });
  }
  const [series] = all.series;
  if (series === undefined) throw new Error('nothing was collected');
  return series;
}

describe('a series', () => {
  test('a series is of one process, and a restarted process has another series', () => {
    const all = collectSeries();
    all.add('broker', 1, { atMs: 0, value: 90 });
    all.add('broker', 1, { atMs: 1, value: 91 });
    all.add('broker', 2, { atMs: 2, value: 60 });
    expect(all.series.map(({ pid, points }) => [pid, points.length])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  test('a series that is flat after the warm-up does not grow', () => {
    const curve = curveOf(
      collected(20, (minute) => (minute < 4 ? 60 + 10 * minute : 100 + (minute % 1))),
      4 * minuteMs,
    );
    expect(curve).toMatchObject({ warm: { value: 100 }, highest: expect.closeTo(101, 0) });
    expect(curve?.means.every((mean) => mean >= 100 && mean <= 101)).toBe(true);
    expect(curve !== undefined && growsFasterThan(curve, 20)).toBe(false);
  });

  test('a series that rises by 1 MiB a minute under a sawtooth grows', () => {
    const curve = curveOf(
      collected(20, (minute) => 100 + minute + 8 * (minute % 1)),
      4 * minuteMs,
    );
    expect(curve !== undefined && growsFasterThan(curve, 20)).toBe(true);
  });

  test('the series of a process that did not live long enough is not evaluated', () => {
    expect(
      curveOf(
        collected(7, () => 100),
        4 * minuteMs,
      ),
    ).toBeUndefined();
  });
});
