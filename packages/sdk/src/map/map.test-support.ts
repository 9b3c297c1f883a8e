import { expect } from 'vitest';
import { catalogue, formulas } from '../double.test-support.ts';
import type { RequestError } from '../request-error.ts';
import { simulate } from '../testing/simulate.ts';

export type Handler = (value: number, context: { readonly signal: AbortSignal }) => number | Promise<number>;

/** A server of both kinds with this handler, and a client; `seen` has what the handler saw. */
export function system(handler: Handler = (value) => 2 * value, concurrency?: number) {
  const network = simulate({ brokers: 1 });
  const seen = { begun: [] as number[], running: 0, most: 0, aborted: [] as number[] };
  async function double(value: number, context: { readonly signal: AbortSignal }): Promise<number> {
    seen.begun.push(value);
    seen.running += 1;
    seen.most = Math.max(seen.most, seen.running);
    context.signal.addEventListener('abort', () => seen.aborted.push(value));
    try {
      return await handler(value, context);
    } finally {
      seen.running -= 1;
    }
  }
  const service = network.serve({ catalogue, handlers: { double }, formulas, concurrency, host: 'server' });
  const client = network.connect({ catalogue, host: 'client' });
  return { network, seen, service, client };
}

/** Inputs from 0. The source records how many were taken, and whether it was ended. */
export function counting(to = Number.POSITIVE_INFINITY) {
  const source = { taken: 0, ended: false, inputs: inputs() };
  function* inputs(): Generator<readonly [number]> {
    try {
      while (source.taken < to) {
        source.taken += 1;
        yield [source.taken - 1];
      }
    } finally {
      source.ended = true;
    }
  }
  return source;
}

/** The inputs of a list, each after a wait. */
export async function* slowly<T>(inputs: Iterable<T>, wait: () => Promise<void>): AsyncGenerator<T> {
  for (const input of inputs) {
    await wait();
    yield input;
  }
}

export const never = (): Promise<number> => new Promise(() => undefined);

export async function errorOf(promise: Promise<unknown>): Promise<RequestError> {
  return promise.then(
    () => expect.fail('it did not reject'),
    (error: unknown) => error as RequestError,
  );
}

/** All results of a map. */
export async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const result of results) found.push(result);
  return found;
}
