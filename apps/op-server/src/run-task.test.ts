import type { Handler, HandlerContext } from '@cateto/contracts';
import { calculator, failure } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { runTask } from './run-task.ts';
import { sharedNowMs } from './thread-context.ts';

const longMs = 60_000;

function throwing(what: unknown): never {
  throw what;
}

const thrown = (message: RegExp): object => ({ thrown: { message: expect.stringMatching(message) } });

const run = (handler: Handler, withinMs = longMs) =>
  runTask(
    calculator.operations.square,
    handler,
    { input: 1, deadlineMs: sharedNowMs() + withinMs, id: 'k3f0q9x2m1zd-7f' },
    () => undefined,
  );

test.each<[string, () => unknown, object]>([
  ['a value', () => 4, { output: 4 }],
  ['a promise', async () => 1, { output: 1 }],
  ['a failure', () => failure('out-of-domain', 'not there'), { code: 'out-of-domain', message: 'not there' }],
  ['a Map', () => new Map(), thrown(/^the code .*a Map cannot be sent$/)],
  ['nothing', () => undefined, thrown(/received undefined$/)],
  ['an Error that it throws', () => throwing(new Error('broken')), thrown(/^broken$/)],
  ['a symbol that it throws', () => throwing(Symbol('x')), thrown(/^Symbol\(x\)$/)],
  ['null that it throws', async () => throwing(null), thrown(/^null$/)],
])('%s that a handler gives comes back from its thread', async (_what, handler, worked) => {
  expect(structuredClone(await run(handler as never))).toMatchObject(worked);
});

test('a handler whose turn comes after its deadline is not begun', async () => {
  let begun = 0;
  expect(await run(() => (begun += 1), -1)).toMatchObject(thrown(/no turn/));
  expect(begun).toBe(0);
});

test('what a handler makes of its signal is no fault of its own', async () => {
  const heeding = (_input: unknown, { signal }: HandlerContext): Promise<never> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const named = { thrown: { name: 'TimeoutError' } };
  expect(await run(heeding, 50)).toMatchObject(named);
});
