import type { MapResults } from '../map/types.ts';

/** The results of a map whose every step is taken by `during`, such as one that lets virtual time pass. */
export function mapWhile<R>(results: MapResults<R>, during: <T>(step: () => Promise<T>) => Promise<T>): MapResults<R> {
  const stepwise: MapResults<R> = {
    next: () => during(() => results.next()),
    return: () => during(() => results.return()),
    [Symbol.asyncIterator]: () => stepwise,
    [Symbol.asyncDispose]: async () => void (await stepwise.return()),
  };
  return stepwise;
}
