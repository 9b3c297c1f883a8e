import type { Handler, HandlerContext } from '@cateto/contracts';
import { Finite, operation } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { testPlatform } from '../participant/fake-link.test-support.ts';
import { createHandlerContexts } from './handler-contexts.ts';
import type { Component, Participant } from '../participant/participant.ts';
import { Overrun } from './run-limits.ts';

/** Handlers in the event loop of a participant that ticks on time, with an operation that may take 100 ms. */
function setUp(maxMs: number | undefined = 100) {
  const platform = testPlatform();
  const components: Component[] = [];
  let blockedMs = 0;
  let held: (() => void)[] | undefined;
  let disarm = (): void => undefined;
  function rearm(): void {
    disarm();
    const dueMs = Math.min(...components.map((component) => component.deadlineMs?.() ?? Number.POSITIVE_INFINITY));
    if (dueMs === Number.POSITIVE_INFINITY) return;
    disarm = platform.after(Math.max(0, dueMs - platform.nowMs()), () => {
      for (const component of components) component.tick?.();
      rearm();
    });
  }
  const participant = {
    platform: {
      ...platform,
      nowMs: () => platform.nowMs() + blockedMs,
      afterTurn: (turn: () => void) => (held === undefined ? platform.afterTurn(turn) : void held.push(turn)),
    },
    attach: (component: Component) => void components.push(component),
    rearm,
  } satisfies Partial<Participant>;
  const contexts = createHandlerContexts(participant as unknown as Participant, () => undefined);
  const slow = operation({
    name: 'slow',
    description: 'Its input.',
    input: Finite,
    output: Finite,
    example: { input: 1, output: 1 },
    work: { maxMs },
  });
  const openContext = contexts.opener('slow');
  return {
    platform,
    contexts,
    slow,
    components: () => components.length,
    dueMs: () => components[1]?.deadlineMs?.(),
    /** Collects the turns that are requested from now on. */
    holdTurns(): readonly (() => void)[] {
      held = [];
      return held;
    },
    block: (ms: number) => void (blockedMs += ms),
    /** The handler's output, and its context. */
    run(handler: Handler) {
      const context = openContext({ sender: 'k3f0q9x2m1zd', seq: 267, deadlineMs: 10_000, work: {} });
      return { context, given: () => contexts.limited(slow, handler)(1, context) };
    },
  };
}

const nameOf = ({ signal }: HandlerContext): unknown => (signal.reason as Error | undefined)?.name;
const overrun = new Overrun(100);
const never = (): Promise<never> => new Promise(() => undefined);

test('an operation without a limit uses the handler directly, and its server checks nothing', () => {
  const { contexts, slow, components } = setUp();
  const handler: Handler = () => 1;
  const before = components();
  expect(contexts.limited({ ...slow, work: { fallback: 'late', lanes: 'any' } }, handler)).toBe(handler);
  expect(components()).toBe(before);
});

test('a handler that blocks for longer than its limit fails when it returns, and the listeners of its signal are called', () => {
  const { block, run } = setUp();
  const blocking = (ms: number) =>
    run(() => {
      block(ms);
      return 1;
    });
  expect(blocking(100).given()).toBe(1);
  const { context, given } = blocking(100.5);
  expect(given).toThrow(overrun);
  expect([context.isOver, nameOf(context)]).toEqual([true, 'TimeoutError']);
});

test('a handler that waits for longer than its limit fails at once, and its signal aborts', async () => {
  const { platform, contexts, run } = setUp();
  const aborts: number[] = [];
  const { given } = run((_input, { signal }) => {
    signal.addEventListener('abort', () => aborts.push(platform.nowMs()));
    return never();
  });
  const failed = given();
  platform.pass(99);
  expect([aborts, contexts.overrunning()]).toEqual([[], 0]);
  platform.pass(1);
  expect([aborts, contexts.overrunning()]).toEqual([[100], 1]);
  await expect(failed).rejects.toEqual(overrun);
});

test('a handler that ends because its signal aborted has failed because it ran too long', async () => {
  const { platform, contexts, run } = setUp();
  const { given } = run(
    (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  const failed = given();
  platform.pass(100);
  await expect(failed).rejects.toEqual(overrun);
  // It has settled, so it does not count any more.
  expect(contexts.overrunning()).toBe(0);
});

test('a handler that stays within its limit is not affected, and nothing about it is kept', async () => {
  const { platform, run, dueMs } = setUp();
  const outputs: ((output: number) => void)[] = [];
  const runs = [1, 2].map(() => run(() => new Promise((resolve) => void outputs.push(resolve))));
  const given = runs.map((one) => one.given());
  expect(dueMs()).toBe(100);
  platform.pass(99);
  for (const settle of outputs) settle(7);
  expect(await Promise.all(given)).toEqual([7, 7]);
  expect(dueMs()).toBeUndefined();
  platform.pass(1_000);
  expect(runs.map(({ context }) => context.signal.aborted)).toEqual([false, false]);
});

test('a handler whose output was ready when its limit was reached does not fail', async () => {
  const { platform, holdTurns, run } = setUp();
  const outputs: ((output: number) => void)[] = [];
  const { context, given } = run(() => new Promise((resolve) => void outputs.push(resolve)));
  const output = given();
  const turns = holdTurns();
  platform.pass(100);
  expect(turns).toHaveLength(1);
  outputs[0]?.(7);
  expect(await output).toBe(7);
  for (const turn of turns) turn();
  expect([context.signal.aborted, context.isOver]).toEqual([false, false]);
});

test('a handler that throws or rejects within its limit fails with that error', async () => {
  const { run } = setUp();
  const throwing = run(() => {
    throw new RangeError('broken');
  });
  expect(throwing.given).toThrow(new RangeError('broken'));
  await expect(run(() => Promise.reject(new RangeError('broken'))).given()).rejects.toEqual(new RangeError('broken'));
});
