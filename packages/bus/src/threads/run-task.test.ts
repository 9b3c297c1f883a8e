import type { FailingContext, Handler, HandlerContext } from '@cateto/contracts';
import { failure } from '@cateto/contracts';
import { expect, onTestFinished, test, vi } from 'vitest';
import { timers } from '@cateto/zmtp/timers';
import { runTask } from './run-task.ts';
import { sharedNowMs } from './thread-context.ts';

const longMs = 60_000;

function throwing(what: unknown): never {
  throw what;
}

const run = (handler: Handler, withinMs = longMs) =>
  runTask(
    handler,
    { operation: 'square', input: 1, deadlineMs: sharedNowMs() + withinMs, id: 'k3f0q9x2m1zd-7f', attempt: 1 },
    () => undefined,
  );

const thrown = (message: RegExp): object => ({ thrown: { message: expect.stringMatching(message) } });

test.each<[string, (input: number, context: FailingContext) => unknown, object]>([
  ['a value', () => 4, { output: 4 }],
  ['a promise', async () => 1, { output: 1 }],
  ['nothing', () => undefined, { output: undefined }],
  ['a failure', () => failure('out-of-domain', 'not there'), { code: 'out-of-domain', message: 'not there' }],
  [
    'a failure that the contract declares',
    (_input: number, { fail }: FailingContext) => fail('market-closed', { until: '9' }),
    { code: 'market-closed', data: { until: '9' } },
  ],
  [
    'a failure whose data cannot be sent',
    (_input: number, { fail }: FailingContext) => fail('market-closed', { until: new Date() }),
    thrown(/^the data of its failure "market-closed": until: a Date cannot be sent$/),
  ],
  ['a Map', () => new Map(), thrown(/^the code .*a Map cannot be sent$/)],
  ['an Error that the handler throws', () => throwing(new Error('broken')), thrown(/^broken$/)],
  ['a symbol that the handler throws', () => throwing(Symbol('x')), thrown(/^Symbol\(x\)$/)],
  ['null that the handler throws', async () => throwing(null), thrown(/^null$/)],
])('a result returns from its thread: %s', async (_what, handler, worked) => {
  expect(structuredClone(await run(handler as never))).toMatchObject({ ...worked, blockedMs: expect.any(Number) });
});

test('a handler whose turn comes after its deadline does not begin', async () => {
  let begun = 0;
  const worked = await run(() => (begun += 1), -1);
  expect(worked).toMatchObject({
    thrown: { name: 'TimeoutError', message: expect.stringContaining('turn did not come') },
  });
  expect(begun).toBe(0);
});

test('an error caused by the handler’s signal is not a fault of the handler', async () => {
  const heeding = (_input: unknown, { signal }: HandlerContext): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  expect(await run(heeding, 50)).toMatchObject({ thrown: { name: 'TimeoutError' } });
});

test('the time that a handler waits does not count as blocking', async () => {
  let clockMs = 0;
  const clock = vi.spyOn(timers, 'monotonicMs').mockImplementation(() => clockMs);
  onTestFinished(() => clock.mockRestore());
  const waiting: Handler = async () => {
    clockMs += 20;
    await Promise.resolve();
    clockMs += 60;
    return 1;
  };
  expect(await run(waiting)).toEqual({ output: 1, blockedMs: 20 });
});
