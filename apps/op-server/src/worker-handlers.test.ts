import type { BusEvent } from '@cateto/bus';
import { isFailure } from '@cateto/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { workerHandlers } from './worker-handlers.ts';

/** Longer than any of it takes. */
const longMs = 60_000;
const id = 'k3f0q9x2m1zd-7f';

function setUp(workers: number, file?: URL) {
  const { run, close } = workerHandlers(workers, () => undefined, file);
  onTestFinished(close);
  return (operation: string, input: unknown, leftMs: number) => run(operation, input, { leftMs, id });
}

test('a handler in a worker thread answers as it does in the main thread', async () => {
  const run = setUp(2);
  const outputs = [run('square', 3, longMs), run('multiply', [4, 5], longMs), run('square', -0.5, longMs)];
  expect(await Promise.all(outputs)).toEqual([9, 20, 0.25]);
});

test('a failure keeps its code and its words on the way between threads', async () => {
  const output = await setUp(1)('square', 1e300, longMs);
  expect(isFailure(output)).toBe(true);
  expect(output).toMatchObject({ code: 'out-of-domain', message: expect.stringContaining('square') });
});

test('a line that a handler logs in a thread gets to the server, with the id of its request', async () => {
  const file = new URL('./bad-worker.test-support.ts', import.meta.url);
  let heard: (event: BusEvent) => void = () => undefined;
  const logged = new Promise<BusEvent>((resolve) => {
    heard = resolve;
  });
  const { run, close } = workerHandlers(1, (event) => heard(event), file);
  onTestFinished(close);
  await run('log', 1, { leftMs: longMs, id });
  expect(await logged).toEqual({ event: 'handler-log', name: 'square', id, message: 'halfway' });
});

test('what a handler throws in a thread keeps its text and the stack of the thread', async () => {
  const run = setUp(1, new URL('./bad-worker.test-support.ts', import.meta.url));
  await expect(run('throw', 1, longMs)).rejects.toMatchObject({
    message: 'broken here',
    stack: expect.stringContaining('bad-worker'),
  });
});

describe('a handler in a thread', () => {
  const bad = new URL('./bad-worker.test-support.ts', import.meta.url);

  test('that heeds its signal is told at the deadline, and its thread stays', async () => {
    const run = setUp(1, bad);
    // The first is begun when the thread has started.
    await run('echo', 1, longMs);
    expect(await run('heeds', 1, 100)).toBe(1);
    expect(await run('echo', 2, longMs)).toBe(2);
  });

  test('knows how much time is left, on the clock of its own thread', async () => {
    const run = setUp(1, bad);
    for (const how of ['left', 'left-by-clock']) {
      const leftMs = await run(how, 1, longMs);
      expect(leftMs).toBeLessThanOrEqual(longMs);
      expect(leftMs).toBeGreaterThan(longMs / 2);
    }
  });
});

describe('a thread is there again after a handler', () => {
  const bad = new URL('./bad-worker.test-support.ts', import.meta.url);

  test.each([
    ['that loops for ever', 'loop', 300, /abort/i],
    ['that never answers', 'never', 300, /abort/i],
    ['that ends the process', 'exit', longMs, /exit/i],
    ['that throws when nobody waits for it', 'throw-later', longMs, /later/],
  ])('%s', async (_what, operation, withinMs, why) => {
    const run = setUp(1, bad);
    await run('echo', 1, longMs);
    await expect(run(operation, 1, withinMs)).rejects.toThrow(why);
    expect(await run('echo', 2, longMs)).toBe(2);
  });

  test('whose turn did not come while anybody waited: it is not begun', async () => {
    const run = setUp(1, bad);
    await run('echo', 1, longMs);
    const [looping, waiting] = [run('loop', 1, 500), run('exit', 2, 200)];
    await expect(waiting).rejects.toThrow(/abort|no turn/i);
    await expect(looping).rejects.toThrow(/abort/i);
    expect(await run('echo', 3, longMs)).toBe(3);
  });
});
