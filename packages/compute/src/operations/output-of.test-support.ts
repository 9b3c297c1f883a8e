import type { FailingContext, Handler, InputOf, Operation } from '@cateto/contracts';
import { failWith } from '@cateto/contracts';

const leftMs = 60_000;

/** The output of a handler for an input, without a deadline that matters. */
export function outputOf<O extends Operation>(handler: Handler<O>, input: NoInfer<InputOf<O>>): ReturnType<Handler<O>> {
  const { signal } = new AbortController();
  const deadlineMs = performance.now() + leftMs;
  const context: FailingContext = {
    signal,
    deadlineMs,
    leftMs,
    id: 'k3f0q9x2m1zd-7f',
    attempt: 1,
    log: () => undefined,
    progress: () => undefined,
    fail: failWith,
  };
  return handler(input, context);
}
