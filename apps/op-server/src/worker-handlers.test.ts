import { calculator, isFailure } from '@cateto/contracts';
import { expect, onTestFinished, test } from 'vitest';
import { workerHandlers } from './worker-handlers.ts';

function setUp(workers: number) {
  const { handlers, close } = workerHandlers(calculator, workers);
  onTestFinished(close);
  return handlers;
}

test('a handler in a worker thread answers as it does in the main thread', async () => {
  const { square, multiply } = setUp(2);
  expect(await Promise.all([square(3), multiply([4, 5]), square(-0.5)])).toEqual([9, 20, 0.25]);
});

test('a failure keeps its code and its words on the way between threads', async () => {
  const { square } = setUp(1);
  const output: unknown = await square(1e300);
  expect(isFailure(output)).toBe(true);
  expect(output).toMatchObject({ code: 'out-of-domain', message: expect.stringContaining('square') });
});
