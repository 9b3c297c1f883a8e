import { describe, expect, test } from 'vitest';
import type { Load } from './load.ts';
import { createLoad } from './load.ts';

const load = (): Load => createLoad({ concurrencyMax: 1024, windowMax: 8192 });

function ran(times: number, ms: number, on: Load): Load {
  for (let run = 0; run < times; run += 1) on.took(ms, true);
  return on;
}

function handled(times: number, ms: number, on: Load): Load {
  for (let run = 0; run < times; run += 1) {
    on.took(0.1, false);
    on.handled(ms);
  }
  return on;
}

describe('the window', () => {
  test('no window is announced before the first run', () => {
    expect(load().window(undefined)).toBeUndefined();
    expect(load().slots(undefined)).toBeUndefined();
  });

  test.each([
    [0.001, 8192],
    [0.01, 2500],
    [1, 25],
    [10, 2],
    [20, 2],
    [25, 1],
    [3000, 1],
  ])('runs that block the loop for %d ms get a window of %d', (ms, window) => {
    expect(ran(16, ms, load()).window(undefined)).toBe(window);
  });

  test.each([
    [10, 2, 5],
    [25, 2, 2],
    [1000, 4, 4],
  ])('runs of %d ms in %d threads get a window of %d', (ms, threads, window) => {
    expect(handled(16, ms, load()).window(threads)).toBe(window);
  });

  test('work that waits for something gets as many slots as the loop can begin in its time, up to the concurrency', () => {
    expect(handled(16, 50, load()).slots(undefined)).toBe(500);
    expect(handled(16, 50, createLoad({ concurrencyMax: 16, windowMax: 8192 })).window(undefined)).toBe(16);
  });

  test('pauses of the garbage collector do not change the window of short runs', () => {
    const short = ran(32, 0.01, load());
    const before = short.window(undefined);
    for (let turn = 0; turn < 100; turn += 1) {
      ran(1, 15, short);
      expect(short.window(undefined)).toBe(before);
      ran(15, 0.01, short);
      expect(short.window(undefined)).toBe(before);
    }
  });

  test('times that vary threefold do not change a large window', () => {
    const short = ran(16, 0.01, load());
    const windows = new Set<number | undefined>();
    for (let turn = 0; turn < 100; turn += 1) {
      ran(16, 0.006 + (turn % 5) * 0.003, short);
      windows.add(short.window(undefined));
    }
    expect(windows.size).toBe(1);
  });

  test('work that becomes slow gets a small window within sixteen runs, and a large one again when it is quick', () => {
    const short = ran(16, 0.01, load());
    expect(short.window(undefined)).toBe(2500);
    expect(ran(16, 50, short).window(undefined)).toBe(1);
    expect(ran(16, 0.01, short).window(undefined)).toBe(2500);
  });

  test('work of which every fourth run takes 100 ms gets a window of 2', () => {
    const mixed = load();
    for (let turn = 0; turn < 4; turn += 1) ran(1, 100, ran(3, 0.01, mixed));
    expect(mixed.window(undefined)).toBe(2);
  });
});

describe('blocking', () => {
  test('work is presumed to block until it was seen not to', () => {
    const kind = load();
    expect(kind.mayBlock()).toBe(true);
    expect(ran(16, 1, kind).mayBlock()).toBe(false);
  });

  test('work that blocked is presumed to block until sixteen runs in a row did not', () => {
    const kind = ran(16, 1, load());
    expect(ran(1, 21, kind).mayBlock()).toBe(true);
    expect(ran(15, 1, kind).mayBlock()).toBe(true);
    expect(ran(1, 1, kind).mayBlock()).toBe(false);
  });

  test('a blocked event loop makes a kind of work suspect, however quick its runs were', () => {
    const kind = ran(100, 1, load());
    kind.suspect();
    expect(kind.mayBlock()).toBe(true);
  });

  test('no request waits behind work of which nothing is known, or whose runs take 100 ms', () => {
    expect(load().isLong()).toBe(true);
    expect(ran(16, 99, load()).isLong()).toBe(false);
    expect(ran(16, 100, load()).isLong()).toBe(true);
  });

  test('the next task is given to a thread early while runs take less than 25 ms', () => {
    expect(load().isShort()).toBe(false);
    expect(handled(16, 24, load()).isShort()).toBe(true);
    expect(handled(16, 25, load()).isShort()).toBe(false);
  });
});
