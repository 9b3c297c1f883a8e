import { expect, test } from 'vitest';
import { calmed, noBackoff, silenceNeededMs, steppedDown } from './backoff.ts';

test('each step down doubles the silence needed, up to eight times', () => {
  const needed: number[] = [];
  let backoff = noBackoff;
  for (let times = 0; times < 6; times += 1) {
    needed.push(silenceNeededMs(backoff, 200));
    backoff = steppedDown(backoff, 1_000 * times);
  }
  expect(needed).toEqual([200, 400, 800, 1_600, 1_600, 1_600]);
});

test('it is over when the calm since the last step down has lasted, not since the first', () => {
  const twice = steppedDown(steppedDown(noBackoff, 0), 9_000);
  expect(silenceNeededMs(calmed(twice, 18_999, 10_000), 200)).toBe(800);
  expect(silenceNeededMs(calmed(twice, 19_000, 10_000), 200)).toBe(200);
});
