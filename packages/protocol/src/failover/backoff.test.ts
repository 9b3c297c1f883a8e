import { expect, test } from 'vitest';
import { calmed, doubled, noBackoff, silenceNeededMs } from './backoff.ts';

test('each step down doubles the required silence, up to eight times', () => {
  const needed: number[] = [];
  let backoff = noBackoff;
  for (let times = 0; times < 6; times += 1) {
    needed.push(silenceNeededMs(backoff, 200));
    backoff = doubled(backoff, 1_000 * times);
  }
  expect(needed).toEqual([200, 400, 800, 1_600, 1_600, 1_600]);
});

test('the backoff ends when the last step down, not the first, is long enough ago', () => {
  const twice = doubled(doubled(noBackoff, 0), 9_000);
  expect(silenceNeededMs(calmed(twice, 18_999, 10_000), 200)).toBe(800);
  expect(silenceNeededMs(calmed(twice, 19_000, 10_000), 200)).toBe(200);
});
