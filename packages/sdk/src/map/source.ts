/** The inputs of a map, one at a time. */
export interface Source<I> {
  /** Call it again only when the last step has come. It throws, or rejects, whatever the program's iterator throws. */
  next(): IteratorResult<I, unknown> | PromiseLike<IteratorResult<I, unknown>>;
  /** Ends the iterator, so that it can release what it holds. Never throws; rejects with what the iterator throws. */
  end(): Promise<void>;
}

/** @returns undefined for anything that cannot be iterated over */
export function sourceOf<I>(inputs: unknown): Source<I> | undefined {
  const begin = iteratorOf<I>(inputs);
  if (begin === undefined) return undefined;
  let iterator: AnyIterator<I> | undefined;
  return {
    next() {
      iterator ??= begin();
      return iterator.next();
    },
    async end() {
      await iterator?.return?.();
    },
  };
}

type AnyIterator<I> = Iterator<I, unknown> | AsyncIterator<I, unknown>;

function iteratorOf<I>(inputs: unknown): (() => AnyIterator<I>) | undefined {
  if (inputs === undefined || inputs === null) return undefined;
  const { [Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous } = inputs as Partial<
    AsyncIterable<I, unknown> & Iterable<I, unknown>
  >;
  if (typeof asynchronous === 'function') return () => asynchronous.call(inputs);
  return typeof synchronous === 'function' ? () => synchronous.call(inputs) : undefined;
}

export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<PromiseLike<T>>).then === 'function';
}
