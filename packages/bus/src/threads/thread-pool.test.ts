import { isFailure } from '@cateto/contracts';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { BusEvent } from '../participant/events.ts';
import { testPlatform } from '../participant/fake-link.test-support.ts';
import { createHandlerContexts } from '../runs/handler-contexts.ts';
import { shareOf } from '../runs/request-context.ts';
import type { Participant } from '../participant/participant.ts';
import { Overrun } from '../runs/run-limits.ts';
import type { ThreadedRequest } from '../runs/handler-threads.ts';
import { moduleThreads } from './module-threads.ts';
import { createThreadPool } from './thread-pool.ts';
import { bundled } from '../../../../vitest.programs.ts';

/** Longer than any task here takes. */
const longMs = 60_000;
const id = 'k3f0q9x2m1zd-7f';
/** Threads start from bundles: with tsx each takes two seconds of a processor. */
const file = pathToFileURL(bundled(new URL('./module-thread.ts', import.meta.url)));
const module = pathToFileURL(bundled(new URL('./bad-handlers.test-support.ts', import.meta.url)));

function setUp(workers: number | 'auto') {
  const events: BusEvent[] = [];
  const onEvent = (event: BusEvent): void => void events.push(event);
  const pool = createThreadPool({ workers, onEvent, file, workerData: module.href });
  onTestFinished(pool.close);
  const run = async (operation: string, input: unknown, withinMs = longMs, maxMs?: number): Promise<unknown> =>
    (await pool.run(operation, input, { leftMs: withinMs, id, attempt: 1 }, maxMs))?.output;
  return { pool, run, events };
}

test('a handler in a thread answers, and the thread reports how long it was blocked', async () => {
  const { pool } = setUp(2);
  expect(await pool.run('echo', { a: [1] }, { leftMs: longMs, id, attempt: 1 })).toEqual({
    output: { a: [1] },
    blockedMs: expect.any(Number),
  });
  expect((await pool.run('busy', 30, { leftMs: longMs, id, attempt: 1 }))?.blockedMs).toBeGreaterThanOrEqual(30);
});

test('a handler that blocks its thread can report its progress', async () => {
  const { pool } = setUp(1);
  const participant = { platform: testPlatform(), attach: () => undefined, rearm: () => undefined };
  const contexts = createHandlerContexts(participant as unknown as Participant, () => undefined);
  const context = contexts.opener('slow')({ sender: 'k3f0q9x2m1zd', seq: 267, deadlineMs: longMs, work: {} });
  const ran = pool.run('progress-and-be-busy', 300, context);
  await vi.waitUntil(() => shareOf(context) === 0.5, { timeout: longMs });
  await ran;
  expect(shareOf(context)).toBeUndefined();
});

test('with auto there is a thread for each core but one, and at least one, started when the first is needed', async () => {
  const { pool, run } = setUp('auto');
  expect(pool.use).toBe('when-slow');
  expect(pool.inUse()).toEqual({ threads: 0, threadsBusy: 0 });
  const threads = Math.max(1, availableParallelism() - 1);
  const busy = run('busy', 300);
  await vi.waitUntil(() => pool.inUse().threadsBusy === 1, { timeout: longMs });
  expect(pool.inUse()).toEqual({ threads, threadsBusy: 1 });
  await busy;
  expect(pool.inUse()).toEqual({ threads, threadsBusy: 0 });
  expect(setUp(3).pool.use).toBe('always');
});

test.each([
  ['a handler that does not exist', 'nothing', 'no handler for it'],
  ['a function that the handler throws', 'throw-function', 'a function'],
  ['a function that the handler returns', 'give-function', 'a function cannot be sent'],
  ['a list of promises that the handler returns', 'give-rejections', 'a Promise cannot be sent'],
])('a task fails without its thread ending: %s', async (_what, operation, message) => {
  const { run, events } = setUp(1);
  await expect(run(operation, 1)).rejects.toThrow(message);
  expect(await run('echo', 2)).toBe(2);
  expect(events).toEqual([]);
});

test('a failure keeps its code and its message between threads', async () => {
  const output = await setUp(1).run('fail', 1);
  expect(isFailure(output)).toBe(true);
  expect(output).toMatchObject({ code: 'out-of-domain', message: 'not there' });
});

test('a line that a handler logs in a thread reaches the server, with the id of its request', async () => {
  const { run, events } = setUp(1);
  await run('log', 1);
  await vi.waitUntil(() => events.length > 0, { timeout: longMs });
  expect(events).toEqual([{ event: 'handler-log', name: 'log', id, message: 'halfway' }]);
});

test('an error that a handler throws in a thread keeps its name, its text and the stack of the thread', async () => {
  await expect(setUp(1).run('throw', 1)).rejects.toMatchObject({
    name: 'RangeError',
    message: 'broken here',
    stack: expect.stringContaining(module.pathname),
  });
});

test('a task that is cancelled while it waits for a thread does not begin', async () => {
  const { pool, run, events } = setUp(1);
  await run('echo', 1);
  const busy = [run('busy', 300), run('busy', 300)];
  const request: ThreadedRequest = { leftMs: longMs, id, attempt: 1 };
  const waiting = pool.run('exit', 1, request);
  request.onCancel?.();
  await expect(waiting).rejects.toThrow('cancelled');
  expect(await Promise.all(busy)).toEqual([300, 300]);
  expect(events).toEqual([]);
});

describe('a handler in a thread', () => {
  test('a handler that obeys its signal ends at the deadline, and its thread stays', async () => {
    const { run, events } = setUp(1);
    // The first task begins when the thread has started.
    await run('echo', 1);
    expect(await run('heeds', 1, 100)).toBe(1);
    expect(await run('echo', 2)).toBe(2);
    expect(events).toEqual([]);
  });

  test('a handler knows how much time is left, on the clock of its own thread', async () => {
    const { run } = setUp(1);
    for (const how of ['left', 'left-by-clock']) {
      const leftMs = await run(how, 1);
      expect(leftMs).toBeLessThanOrEqual(longMs);
      expect(leftMs).toBeGreaterThan(longMs / 2);
    }
  });

  test('a handler that takes longer than its requester waits does not cost the thread', async () => {
    const { run, events } = setUp(1);
    await run('echo', 1);
    for (let asked = 0; asked < 3; asked += 1) expect(await run('busy', 600, 300)).toBe(600);
    expect(events).toEqual([]);
  });
});

describe('replacement of threads', () => {
  test.each([
    ['that loops for ever', 'loop', 300, /ran for a second beyond the deadline/],
    ['that never answers', 'never', 300, /ran for a second beyond the deadline/],
    ['that ends the process', 'exit', longMs, /exit/i],
    ['that throws after its request was answered', 'throw-later', longMs, /later/],
  ])('a thread is replaced after a handler %s, and the server reports it', async (_what, operation, withinMs, why) => {
    const { run, events } = setUp(1);
    await run('echo', 1);
    await expect(run(operation, 1, withinMs)).rejects.toThrow(why);
    expect(await run('echo', 2)).toBe(2);
    expect(events).toEqual([{ event: 'thread-failed', operation, cause: expect.stringMatching(why) }]);
  });

  test('when code throws after its request was answered, the server reports it and the thread is replaced', async () => {
    const { run, events } = setUp(1);
    expect(await run('throw-when-answered', 1)).toBe(1);
    await vi.waitUntil(() => events.length > 0, { timeout: longMs });
    expect(events).toEqual([{ event: 'thread-failed', cause: expect.stringContaining('long after') }]);
    expect(await run('echo', 2)).toBe(2);
  });

  test('a handler whose turn does not come before its deadline does not begin', async () => {
    const { run, events } = setUp(1);
    await run('echo', 1);
    const asked = ['loop', 'exit', 'exit', 'exit'].map((operation) => run(operation, 1, 300));
    const [looping, ...waiting] = await Promise.allSettled(asked);
    expect(looping).toMatchObject({ reason: { message: expect.stringContaining('beyond the deadline') } });
    for (const one of waiting)
      expect(one).toMatchObject({ reason: { message: expect.stringContaining('turn did not come') } });
    expect(await run('echo', 3)).toBe(3);
    expect(events).toMatchObject([{ operation: 'loop' }]);
  });

  test.each(['loop', 'exit'])(
    'after a hundred tasks at once that end their threads, a thread is there again: %s',
    async (operation) => {
      const { run } = setUp(2);
      await Promise.all([run('echo', 1), run('echo', 1)]);
      const asked = Array.from({ length: 100 }, () => run(operation, 1, 200));
      const ends = await Promise.allSettled(asked);
      expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
      expect(await run('echo', 2)).toBe(2);
    },
  );
});

describe('time limits in threads', () => {
  const overrun = new Overrun(200);

  test('a handler that exceeds its limit fails then, and its thread ends a second later', async () => {
    const { run, events, pool } = setUp(1);
    await run('echo', 1);
    const sinceMs = performance.now();
    await expect(run('loop', 1, longMs, 200)).rejects.toEqual(overrun);
    expect(performance.now() - sinceMs).toBeGreaterThanOrEqual(200);
    // Its thread is not free before.
    expect(pool.inUse().threadsBusy).toBe(1);
    expect(await run('echo', 2)).toBe(2);
    expect(performance.now() - sinceMs).toBeGreaterThanOrEqual(1_200);
    expect(events).toEqual([
      { event: 'thread-failed', operation: 'loop', cause: expect.stringContaining('beyond what its contract allows') },
    ]);
  });

  test('a handler that exceeds its limit and obeys its signal keeps its thread', async () => {
    const { run, events } = setUp(1);
    await run('echo', 1);
    await expect(run('heeds', 1, longMs, 200)).rejects.toEqual(overrun);
    expect(await run('echo', 2)).toBe(2);
    expect(events).toEqual([]);
  });

  test('a handler that exceeds its limit and ends before its thread is ended has failed all the same', async () => {
    const { run, events } = setUp(1);
    await run('echo', 1);
    await expect(run('busy', 400, longMs, 200)).rejects.toEqual(overrun);
    expect(await run('echo', 2)).toBe(2);
    expect(events).toEqual([]);
  });

  test('a handler fails at its deadline if that comes before its limit', async () => {
    const { run } = setUp(1);
    await run('echo', 1);
    expect(await run('heeds', 1, 100, 60_000)).toBe(1);
  });

  test('the limit of a handler counts from its begin in the thread: the start of threads and earlier work do not count', async () => {
    const { run, events } = setUp(2);
    // Threads that start from source take longer than this limit.
    const ran = [1, 2, 3, 4, 5, 6].map((input) => run('busy', input, longMs, 400));
    expect(await Promise.all(ran)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events).toEqual([]);
  });

  test('a handler does not fail because the main thread was blocked when its output arrived', async () => {
    const { run, events } = setUp(1);
    await run('echo', 1);
    const ran = run('log-and-be-busy', 100, longMs, 300);
    await vi.waitUntil(() => events.length > 0, { timeout: longMs, interval: 5 });
    // Timers come after this, and messages only after the timers.
    setImmediate(() => blockFor(600));
    expect(await ran).toBe(100);
  });
});

function blockFor(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

test('threads that cannot load their module report that once, and run nothing', async () => {
  const events: BusEvent[] = [];
  const nowhere = new URL('./nowhere.mjs', import.meta.url);
  const pool = moduleThreads(nowhere, { workers: 'auto', onEvent: (event) => void events.push(event) });
  onTestFinished(pool.close);
  expect(pool.usable()).toBe(true);
  const asked = [
    pool.run('echo', 1, { leftMs: longMs, id, attempt: 1 }),
    pool.run('echo', 2, { leftMs: longMs, id, attempt: 1 }),
  ];
  expect(await Promise.all(asked)).toEqual([undefined, undefined]);
  expect(pool.usable()).toBe(false);
  expect(events).toEqual([{ event: 'thread-failed', cause: expect.stringContaining('nowhere.mjs') }]);
  await expect(pool.start()).rejects.toThrow('nowhere.mjs');
});

test('threads that cannot load their module report that also while the server closes', async () => {
  const events: BusEvent[] = [];
  const nowhere = new URL('./nowhere.mjs', import.meta.url);
  const pool = moduleThreads(nowhere, { workers: 'auto', onEvent: (event) => void events.push(event) });
  const asked = expect(pool.run('echo', 1, { leftMs: longMs, id, attempt: 1 })).rejects.toThrow('closed');
  await vi.waitUntil(() => pool.inUse().threads > 0, { timeout: longMs });
  await pool.close();
  await asked;
  expect(events).toEqual([{ event: 'thread-failed', cause: expect.stringContaining('nowhere.mjs') }]);
});

test('a task for a closed server starts no threads', async () => {
  const { pool, run } = setUp('auto');
  await pool.close();
  await expect(run('echo', 1)).rejects.toThrow('closed');
  expect(pool.inUse().threads).toBe(0);
});

test('after the close no task begins, and running tasks end with their threads', async () => {
  const { pool, run, events } = setUp(1);
  await run('echo', 1);
  const ends = Promise.allSettled([run('never', 1), run('echo', 2), run('echo', 3)]);
  await pool.close();
  expect(await ends).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }, { status: 'rejected' }]);
  await expect(run('echo', 4)).rejects.toThrow('closed');
  expect(events).toEqual([]);
});

describe('a cancellation of a task that runs', () => {
  function requestOf() {
    const participant = { platform: testPlatform(), attach: () => undefined, rearm: () => undefined };
    const contexts = createHandlerContexts(participant as unknown as Participant, () => undefined);
    return contexts.opener('slow')({ sender: 'k3f0q9x2m1zd', seq: 267, deadlineMs: longMs, work: {} });
  }

  test.each([
    ['that waits', 'heeds-cancelling', 'AbortError'],
    ['that blocks its thread and checks its signal', 'looks-at-its-signal', 'AbortError'],
  ])('a cancellation aborts the signal of a handler %s', async (_which, operation, output) => {
    const { pool, run } = setUp(1);
    const request = requestOf();
    const running = pool.run(operation, 1, request);
    await vi.waitUntil(() => shareOf(request) === 0, { timeout: longMs });
    request.cancel();
    expect((await running)?.output).toBe(output);
    expect(await run('echo', 2)).toBe(2);
  });

  test('a cancellation does not reach the next task that runs in the same place', async () => {
    const { pool, run } = setUp(1);
    const request = requestOf();
    expect((await pool.run('echo', 1, request))?.output).toBe(1);
    request.cancel();
    expect(await run('heeds', 1, 50)).toBe(1);
  });
});
