import type { Handler, InputOf, Operation } from '@cateto/contracts';

const leftMs = 60_000;

/** What a handler makes of an input, with all the time it may want. */
export function outputOf<O extends Operation>(handler: Handler<O>, input: NoInfer<InputOf<O>>): ReturnType<Handler<O>> {
  const { signal } = new AbortController();
  return handler(input, { signal, deadlineMs: performance.now() + leftMs, leftMs });
}
