import { expect, test } from 'vitest';
import type { Measurement } from './measurement.ts';
import { table, tables } from './table.ts';

const round = (perSecond: number, p50Ms: number): Measurement => ({
  suite: 'closed loop',
  load: '16 in flight',
  round: 1,
  perSecond,
  answered: 10_000,
  wrong: 0,
  failed: { overloaded: 1 },
  eachSecond: [perSecond],
  p50Ms,
  p90Ms: 2.5,
  p99Ms: 3,
  p999Ms: 4,
  longestMs: 9,
  gapMs: 2,
  failedAfterP99Ms: 12,
  failedAfterLongestMs: 15,
  cpuUs: { broker: 5, client: 10 },
  residentMiB: { broker: 80, client: 180 },
  residentEachMiB: { broker: 80, client: 90 },
});

test('the rounds of one load are one line of medians, with their spread', () => {
  const [, , line] = table([round(9_000, 1.5), round(12_000, 1.25), round(10_000, 2)]).split('\n');
  expect(line).toBe(
    '| closed loop | 16 in flight | 10,000 | 9,000 to 12,000 | 1.50 | 2.50 | 3.00 | 4.00 | 9 | 2 | 15.0 | broker 5.0, client 10.0 | 3 |',
  );
});

test('failures are listed by code, with the time until clients were told', () => {
  expect(tables([round(9_000, 1.5), round(12_000, 1.25)])).toContain(
    '| closed loop | 16 in flight | 2 overloaded | 12 | 15 |',
  );
  expect(tables([{ ...round(9_000, 1.5), failed: {} }])).not.toContain('told within');
  // A request that its client had no time to send has no time until the failure.
  const untold = { failed: { 'not-asked': 7 }, failedAfterP99Ms: 0, failedAfterLongestMs: 0 };
  expect(tables([{ ...round(9_000, 1.5), ...untold }])).toContain('| closed loop | 16 in flight | 7 not-asked |  |  |');
});

test('the table of memory has one process of each role and the total', () => {
  expect(tables([round(9_000, 1.5)])).toContain('| closed loop | 16 in flight | broker 80, client 90 | 260 |');
});

test('the time to the first answer is listed for suites that measure it', () => {
  expect(tables([round(9_000, 1.5)])).not.toContain('first answer');
  const started = [500, 700, 560].map((firstAnswerMs) => ({ ...round(900, 1), firstAnswerMs }));
  expect(tables(started)).toContain('| 560 | 500 to 700 |');
});
