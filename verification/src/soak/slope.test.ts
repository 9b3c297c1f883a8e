import { describe, expect, test } from 'vitest';
import { slopeOf } from './slope.ts';

const hourMs = 3_600_000;
const now = 1.7e12;

describe('the slope of a curve', () => {
  test('the slope of points on a line is that of the line, whenever it began', () => {
    const points = Array.from({ length: 100 }, (_, n) => ({
      atMs: now + n * 5_000,
      value: 80 + (6 * n * 5_000) / hourMs,
    }));
    const slope = slopeOf(points);
    expect(slope?.perHour).toBeCloseTo(6, 6);
    expect(slope?.errorPerHour).toBeCloseTo(0, 6);
  });

  test('the slope has the standard error of the textbook formula', () => {
    // x = 1 … 5, y = 2, 4, 5, 4, 5: slope 0.6, residual sum 2.4, standard error √(2.4 / 3 / 10).
    const points = [2, 4, 5, 4, 5].map((value, index) => ({ atMs: (index + 1) * hourMs, value }));
    expect(slopeOf(points)?.perHour).toBeCloseTo(0.6, 10);
    expect(slopeOf(points)?.errorPerHour).toBeCloseTo(Math.sqrt(0.08), 10);
  });

  test('two points, or points at one time, have no slope', () => {
    expect(
      slopeOf([
        { atMs: 0, value: 1 },
        { atMs: 1, value: 2 },
      ]),
    ).toBeUndefined();
    expect(slopeOf([1, 2, 3].map((value) => ({ atMs: 7, value })))).toBeUndefined();
  });
});
