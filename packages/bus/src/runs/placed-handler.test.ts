import type { FailingContext, Handler } from '@cateto/contracts';
import { failWith } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { BusEvent } from '../participant/events.ts';
import { placeHandler } from './placed-handler.ts';
import type { HandlerThreads } from './handler-threads.ts';

const operation = { name: 'slow', work: { fallback: 'unserved', lanes: 'any' } } as const;

const context: FailingContext = {
  fail: failWith,
  signal: new AbortController().signal,
  deadlineMs: 1_000,
  leftMs: 1_000,
  id: 'k3f0q9x2m1zd-7f',
  attempt: 1,
  progress: () => undefined,
  log: () => undefined,
};

/** Handlers with threads, which may fail to start. */
function setUp(use: HandlerThreads['use'], starts = true) {
  let takesMs = 0;
  /** The processor time of this process, up to the begin of the run and with it. */
  let markedMs = 0;
  let usedMs = 0;
  let usable = true;
  const events: BusEvent[] = [];
  const handler: Handler = () => 'loop';
  const threads: HandlerThreads = {
    use,
    inUse: () => ({ threads: 1, threadsBusy: 0 }),
    usable: () => usable,
    processor: { mark: () => (markedMs = usedMs), sinceMarkMs: () => usedMs - markedMs },
    count: 1,
    run(_operation, _input, { leftMs }) {
      usable = starts;
      return Promise.resolve(starts ? { output: `thread within ${leftMs}`, blockedMs: takesMs } : undefined);
    },
  };
  const placed = placeHandler(operation, handler, threads, (event) => void events.push(event));
  async function run(ms: number, computedMs = ms): Promise<unknown> {
    takesMs = ms;
    if (placed.inThreads()) return placed.inThread?.(1, context);
    placed.beginsInLoop(0);
    const output: unknown = placed.inLoop(1, context);
    usedMs += computedMs;
    placed.took?.(ms);
    return output;
  }
  return { placed, run, events };
}

test('after a handler has blocked, its next request runs in a thread, and it returns to the loop when it is quick again', async () => {
  const { run, events } = setUp('when-slow');
  expect(await run(60)).toBe('loop');
  expect(await run(60)).toBe('thread within 1000');
  for (let quick = 0; quick < 14; quick += 1) expect(await run(0.01)).toBe('thread within 1000');
  expect(await run(0.01)).toBe('loop');
  expect(events).toEqual([
    { event: 'handler-moved', operation: 'slow', to: 'threads', blockedMs: 60 },
    { event: 'handler-moved', operation: 'slow', to: 'loop', blockedMs: 0.01 },
  ]);
});

test('a quick handler that is interrupted for long stays in the event loop', async () => {
  const { run, placed, events } = setUp('when-slow');
  for (let quick = 0; quick < 200; quick += 1) await run(0.01);
  await run(3_000, 12);
  expect(placed.inThreads()).toBe(false);
  expect(events).toEqual([]);
  // It computes itself this time.
  await run(3_000, 1_600);
  expect(placed.inThreads()).toBe(true);
});

test('with a number of threads, a handler runs in them from the first request on', async () => {
  const { run, events } = setUp('always');
  expect(await run(0.01)).toBe('thread within 1000');
  expect(events).toEqual([]);
});

test.each(['always', 'when-slow'] as const)(
  'a handler whose threads cannot be started runs in the event loop (%s)',
  async (use) => {
    const { run, placed } = setUp(use, false);
    await run(60);
    expect(await run(60)).toBe('loop');
    expect(await run(60)).toBe('loop');
    expect(placed.inThreads()).toBe(false);
  },
);

test('a thread learns how long the handler may run', async () => {
  const given: unknown[] = [];
  const threads = {
    use: 'always',
    usable: () => true,
    run: (...args: unknown[]) => Promise.resolve(void given.push(args)),
  } as never;
  const handler: Handler = () => 'loop';
  const limited = { ...operation, work: { ...operation.work, maxMs: 50 } };
  for (const contract of [operation, limited]) {
    const placed = placeHandler(contract, handler, threads, () => undefined);
    await placed.inThread?.(1, context);
  }
  expect(given).toEqual([
    ['slow', 1, context, undefined],
    ['slow', 1, context, 50],
  ]);
});

test('a server without threads uses the handler directly', () => {
  const handler: Handler = (input) => input;
  const placed = placeHandler({ ...operation, name: 'echo' }, handler, undefined, () => undefined);
  expect(placed).toMatchObject({ inLoop: handler, inThread: undefined });
  expect(placed.inThreads()).toBe(false);
});

test('a handler that was quick for long and now blocks runs in threads after at most four runs', async () => {
  const { run, placed } = setUp('when-slow');
  for (let quick = 0; quick < 200; quick += 1) await run(0.01);
  for (let slow = 0; slow < 4; slow += 1) await run(60);
  expect(placed.inThreads()).toBe(true);
});
