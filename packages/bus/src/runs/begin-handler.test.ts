import { failure } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { beginPlaced } from './begin-handler.ts';
import type { HandlerContexts } from './handler-contexts.ts';
import type { PlacedHandler } from './placed-handler.ts';
import type { Admitted } from './work.ts';

/** An outcome that needs no contract. */
const unusable = failure('internal', 'its outcome does not matter');

test.each([
  ['in the event loop is told when the run begins', false, [7]],
  ['in a thread is not', true, []],
])('what measures the processor time of runs %s', (_what, inThreads, told) => {
  const begins: number[] = [];
  const placed: PlacedHandler = {
    inThreads: () => inThreads,
    inLoop: () => unusable,
    inThread: () => unusable,
    beginsInLoop: (nowMs) => void begins.push(nowMs),
    took: undefined,
  };
  const contexts = { opener: () => () => ({}), end: () => undefined } as unknown as HandlerContexts;
  const begin = beginPlaced({ operation: { name: 'one' } } as never, placed, contexts);
  begin({ work: { input: 0 } } as Admitted, () => undefined, 7);
  expect(begins).toEqual(told);
});
