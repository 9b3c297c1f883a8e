import { expect, test } from 'vitest';
import { createProcessorTime } from './processor-time.ts';

const blockMs = 300;

/** Until this process has used that much processor time, however much the machine has for it. */
function compute(ms: number): void {
  const before = process.cpuUsage();
  const usedMs = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  while (usedMs() < ms);
}

test('a process that computes uses processor time, and one that does not get the processor uses hardly any', () => {
  const processor = createProcessorTime();
  processor.mark(0);
  compute(blockMs);
  expect(processor.sinceMarkMs()).toBeGreaterThanOrEqual(blockMs);
  processor.mark(blockMs);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
  expect(processor.sinceMarkMs()).toBeLessThan(blockMs / 2);
});

test('runs that begin in quick succession share a mark', () => {
  let atMs = 0;
  const processor = createProcessorTime(() => atMs);
  const sinceMarkAt = (nowMs: number, usedMs: number): number => {
    atMs = usedMs;
    processor.mark(nowMs);
    return processor.sinceMarkMs();
  };
  expect(sinceMarkAt(0, 5)).toBe(0);
  expect(sinceMarkAt(9, 13)).toBe(8);
  expect(sinceMarkAt(10, 14)).toBe(0);
  expect(sinceMarkAt(19, 16)).toBe(2);
});
