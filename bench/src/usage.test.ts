import { expect, test } from 'vitest';
import { busyIn } from './usage.ts';

test('the machine counts as busy except when it idles or waits for disks', () => {
  // user nice system idle iowait irq softirq steal guest guest_nice
  const text = 'cpu  100 10 50 700 40 5 5 10 90 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  expect(busyIn(text)).toEqual({ busyUs: 180 * 10_000, allUs: 920 * 10_000 });
});
