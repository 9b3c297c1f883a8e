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
  processor.mark();
  compute(blockMs);
  expect(processor.sinceMarkMs()).toBeGreaterThanOrEqual(blockMs);
  processor.mark();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
  expect(processor.sinceMarkMs()).toBeLessThan(blockMs / 2);
});

test('runs that begin in quick succession share a mark, which is hardly older than they are', () => {
  const processor = createProcessorTime();
  processor.mark();
  compute(1);
  processor.mark();
  expect(processor.sinceMarkMs()).toBeGreaterThanOrEqual(1);
  compute(40);
  processor.mark();
  expect(processor.sinceMarkMs()).toBeLessThan(20);
});
