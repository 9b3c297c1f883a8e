import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { roundsPerMs } from './calibrate.ts';
import { limited, runsVariable, waitsVariable, workHandlers } from './handlers.ts';

test('a handler writes a line for each run and returns its item', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-runs-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });
  vi.stubEnv(runsVariable, join(folder, 'runs'));
  expect(workHandlers.burn(3, 10)).toBe(3);
  expect(workHandlers.burn(3, 10)).toBe(3);
  expect(await workHandlers.pause(4, 0)).toBe(4);
  const lines = [3, 3, 4].map((item) => `${item} ${process.pid}\n`);
  expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe(lines.join(''));
});

test('a handler that waits instead of computing blocks its thread for its time', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv(waitsVariable, '1');
  const startMs = performance.now();
  expect(workHandlers.burn(5, 30)).toBe(5);
  expect(performance.now() - startMs).toBeGreaterThan(29);
});

test('at most the allowed number of calls run at once, the others follow in order, and a failed call frees its place', async () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const run = limited(2, async (call: number) => {
    begun.push(call);
    await new Promise<void>((resolve) => void ends.push(resolve));
    if (call === 0) throw new Error('failed');
    return call;
  });
  const calls = [0, 1, 2, 3].map((call) => run(call));
  expect(begun).toEqual([0, 1]);
  ends[0]?.();
  await expect(calls[0]).rejects.toThrow('failed');
  await vi.waitFor(() => expect(begun).toEqual([0, 1, 2]));
  ends[1]?.();
  expect(await calls[1]).toBe(1);
  await vi.waitFor(() => expect(begun).toEqual([0, 1, 2, 3]));
  for (const end of ends) end();
  expect(await Promise.all(calls.slice(2))).toEqual([2, 3]);
});

test('calibration uses the least disturbed probe', () => {
  let nowMs = 0;
  const probes = [9, 2, 40];
  const spin = (): number => (nowMs += probes.shift() ?? 5);
  expect(roundsPerMs(spin, () => nowMs)).toBe(500_000);
});
