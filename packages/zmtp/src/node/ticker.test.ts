import { beforeEach, expect, test, vi } from 'vitest';
import { everyTick } from './ticker.ts';
import { useFakeTimers } from './fake-timers.test-support.ts';

beforeEach(() => useFakeTimers(['setInterval', 'clearInterval']));

test('tickers of one interval share one timer, which ends with the last of them', () => {
  const ran: string[] = [];
  const stops = [
    everyTick(50, () => ran.push('one')),
    everyTick(50, () => ran.push('two')),
    everyTick(70, () => ran.push('other interval')),
  ];
  expect(vi.getTimerCount()).toBe(2);
  vi.advanceTimersByTime(100);
  expect(ran).toEqual(['one', 'two', 'other interval', 'one', 'two']);
  stops[0]?.();
  stops[0]?.();
  vi.advanceTimersByTime(50);
  expect(ran.slice(5)).toEqual(['other interval', 'two']);
  for (const stop of stops) stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('stopping a ticker twice does not stop a later one', () => {
  const first = everyTick(50, () => undefined);
  first();
  let ran = 0;
  const second = everyTick(50, () => (ran += 1));
  first();
  const third = everyTick(50, () => undefined);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(50);
  expect(ran).toBe(1);
  second();
  third();
  expect(vi.getTimerCount()).toBe(0);
});
