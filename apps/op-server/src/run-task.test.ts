import { calculator, failure } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { runTask } from './run-task.ts';

function throwing(what: unknown): never {
  throw what;
}

test.each<[string, () => unknown, object]>([
  ['a value', () => 4, { output: 4 }],
  ['a promise', async () => 1, { output: 1 }],
  ['a failure', () => failure('out-of-domain', 'not there'), { code: 'out-of-domain', message: 'not there' }],
  ['a Map', () => new Map(), { code: 'internal', message: expect.stringMatching(/^square: .*a Map cannot be sent$/) }],
  ['nothing', () => undefined, { code: 'internal', message: expect.stringMatching(/received undefined$/) }],
  ['an Error that it throws', () => throwing(new Error('broken')), { code: 'internal', message: 'square: broken' }],
  ['a symbol that it throws', () => throwing(Symbol('x')), { code: 'internal', message: 'square: Symbol(x)' }],
  ['null that it throws', async () => throwing(null), { code: 'internal', message: 'square: null' }],
])('%s that a handler gives comes back from its thread', async (_what, handler, worked) => {
  expect(structuredClone(await runTask(calculator.operations.square, handler as never, 1))).toEqual(worked);
});
