import { expect, test } from 'vitest';
import { emptyResult } from './load.ts';
import type { Measurement } from './measurement.ts';
import { plot } from './plot.ts';

const measured = (suite: string, load: string, perSecond: number): Measurement => ({
  ...emptyResult(),
  suite,
  load,
  round: 1,
  perSecond,
  eachSecond: [perSecond, perSecond],
  p50Ms: 1,
  p90Ms: 2,
  p99Ms: 4,
  p999Ms: 8,
  longestMs: 9,
  failedAfterP99Ms: 0,
  failedAfterLongestMs: 0,
  cpuUs: { broker: 5, client: 10 },
  residentMiB: {},
  residentEachMiB: {},
});

test('the plot has a panel with the median for each measured suite, and no other panels', async () => {
  const rounds = [41_000, 45_000, 43_000].map((rate) => measured('closed loop', '256 in flight', rate));
  const svg = await plot(rounds, 'a machine');
  expect(svg).toMatch(/^<svg /u);
  for (const text of ['a machine', 'requests in flight', '43,000', 'p99']) expect(svg).toContain(`>${text}<`);
  expect(svg).not.toContain('idle clients');
  expect(await plot([measured('idle clients', '1,000, 64 in flight', 9_000)], 'a machine')).toContain('>idle clients<');
});

test('the plot of twice the load shows each second beside the peak', async () => {
  const suite = 'overload at full speed';
  const svg = await plot(
    [measured(suite, 'its peak, 256 in flight', 500), measured(suite, 'asked for twice as much', 480)],
    'a machine',
  );
  expect(svg).toContain('its peak before');
});
