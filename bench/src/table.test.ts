import { expect, test } from 'vitest';
import type { Measurement } from './measurement.ts';
import { table } from './table.ts';

const round = (perSecond: number, p50Ms: number): Measurement => ({
  suite: 'closed loop',
  load: '16 in flight',
  round: 1,
  perSecond,
  answered: 10_000,
  wrong: 0,
  failed: { overloaded: 1 },
  p50Ms,
  p99Ms: 3,
  p999Ms: 4,
  longestMs: 9,
  gapMs: 2,
  cpuUs: { broker: 5, client: 10 },
  residentMiB: { broker: 80, client: 90 },
});

test('rounds of one load are one line of medians, with their spread', () => {
  const [, , line] = table([round(9_000, 1.5), round(12_000, 1.25), round(10_000, 2)]).split('\n');
  expect(line).toBe(
    '| closed loop | 16 in flight | 10,000 | 9,000 to 12,000 | 1.50 | 3.00 | 9 | 2 | 15.0 | broker 5.0, client 10.0 | 170 | 3 |',
  );
});
