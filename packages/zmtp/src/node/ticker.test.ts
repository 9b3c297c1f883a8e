import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { everyTick, joinTicks } from './ticker.ts';
import { useFakeTimers } from './fake-timers.test-support.ts';
import { timers } from './timers.ts';

beforeEach(() => useFakeTimers(['setInterval', 'clearInterval']));
afterEach(() => void vi.restoreAllMocks());

test('tickers of one interval share one timer, which ends with the last of them', () => {
  const ran: string[] = [];
  const stops = [
    everyTick(50, () => ran.push('one')),
    everyTick(50, () => ran.push('two')),
    everyTick(70, () => ran.push('other interval')),
  ];
  expect(vi.getTimerCount()).toBe(2);
  vi.advanceTimersByTime(106);
  expect(ran).toEqual(['one', 'two', 'other interval', 'one', 'two']);
  stops[0]?.();
  stops[0]?.();
  vi.advanceTimersByTime(53);
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
  vi.advanceTimersByTime(53);
  expect(ran).toBe(1);
  second();
  third();
  expect(vi.getTimerCount()).toBe(0);
});

test('a tick that is nearly due comes with another timer, and the next one an interval later', () => {
  let clockMs = 0;
  vi.spyOn(timers, 'monotonicMs').mockImplementation(() => clockMs);
  const pass = (ms: number): void => {
    clockMs += ms;
    vi.advanceTimersByTime(ms);
  };
  const at: number[] = [];
  const stop = everyTick(100, () => at.push(clockMs));
  pass(95);
  joinTicks();
  expect(at).toEqual([]);
  pass(1);
  joinTicks();
  joinTicks();
  expect(at).toEqual([96]);
  pass(101);
  expect(at).toEqual([96]);
  pass(1);
  expect(at).toEqual([96, 198]);
  stop();
});
