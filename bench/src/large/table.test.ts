import { expect, test } from 'vitest';
import type { Burst, BurstPair, SmallPair } from './large-measurement.ts';
import { largeLine, largeTables } from './table.ts';

const burst = (wallMs: number, more: Partial<Burst> = {}): Burst => ({
  asked: 100,
  answered: 100,
  wrong: 0,
  failed: {},
  wallMs,
  sentTimes: 1.002,
  resent: 0,
  dropped: 0,
  ...more,
});
const bursts = (atOnce: Burst, fewAtOnce: Burst): BurstPair => {
  return { type: 'bursts', way: 'both ways', round: 1, atOnce, fewAtOnce };
};
const small = (quietMs: number, loadedMs: number): SmallPair => ({
  type: 'small',
  servers: 'shared',
  way: 'to a server',
  round: 1,
  quiet: { asked: 300, answered: 300, p50Ms: 0.5, p99Ms: quietMs, longestMs: 2 },
  loaded: { asked: 300, answered: 299, p50Ms: 0.75, p99Ms: loadedMs, longestMs: loadedMs + 1 },
  large: { asked: 200, answered: 200, perSecond: 40 },
  othersShare: 0.12,
  takeovers: 1,
});

test('bursts have a line with the median of the ratios of neighbouring turns, and the sums of their counts', () => {
  const [, , line] = largeTables([
    bursts(burst(1_000), burst(1_000)),
    bursts(burst(3_000, { answered: 98, wrong: 1, failed: { 'deadline-exceeded': 1 }, resent: 4 }), burst(2_500)),
    bursts(burst(1_100), burst(1_000, { dropped: 2, sentTimes: 2 })),
  ]).split('\n');
  expect(line).toBe(
    '| both ways | 1.10 | 1.00 | 1.10 | at most 1.2 | 598 of 600 | 1.00, 1.00 | 4 | 2 | 1 deadline-exceeded, 1 wrong |',
  );
});

test('small requests have a line with the median of the ratios of neighbouring turns', () => {
  const line = largeTables([small(1, 2), small(2, 8), small(1.5, 3.75)])
    .split('\n')
    .at(-1);
  expect(line).toBe(
    '| the same servers | to a server | 0.5, 0.8 | 1.5, 3.8 | 2.50 | at most 3 | 9.0 | 1,797 of 1,800 | 600 of 600 | 3 | 40 | 12 % |',
  );
});

test('each turn is told in one line', () => {
  expect(largeLine(bursts(burst(1_100), burst(1_000)))).toBe(
    'large values both ways: at once 1.10 s, few at a time 1.00 s, 100 and 100 answered',
  );
  expect(largeLine(small(1, 2))).toBe(
    'small requests to the same servers, large values to a server: p99 1.0 ms, loaded 2.0 ms',
  );
});
