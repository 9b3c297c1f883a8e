import { expect, test } from 'vitest';
import type { BegunCall } from './window.ts';
import { CallWindow } from './window.ts';

function beginAll(window: CallWindow): BegunCall[] {
  const begun: BegunCall[] = [];
  while (window.hasRoom()) begun.push(window.begin());
  return begun;
}

test('a burst of refusals halves the window once, and shuts it until a call has ended', () => {
  const window = new CallWindow(16);
  const [kept, ...others] = beginAll(window);
  expect(others).toHaveLength(15);
  expect(others.map((one) => window.refused(one))).toEqual(Array<boolean>(15).fill(true));
  expect([kept?.isFirst, window.hasRoom()]).toEqual([true, false]);
  window.ended();
  expect(beginAll(window)).toHaveLength(8);
});

test('the window grows by about one with each round of answers, up to the concurrency', () => {
  const window = new CallWindow(4);
  for (const one of beginAll(window)) window.refused(one);
  const sizes: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const begun = beginAll(window);
    sizes.push(begun.length);
    for (const _one of begun) window.ended();
  }
  expect(sizes).toEqual([2, 2, 3, 4, 4]);
});

test('a call that is refused although no other one was in flight is not called again', () => {
  const window = new CallWindow(2);
  expect(window.refused(window.begin())).toBe(false);
  const [first, second] = beginAll(window);
  expect(first && window.refused(first)).toBe(true);
  expect(second && window.refused(second)).toBe(true);
  const [alone] = beginAll(window);
  expect(alone && window.refused(alone)).toBe(false);
});
