/**
 * The result of a promise that settles in time.
 *
 * @throws Error naming what was waited for, when the promise did not settle within `maxMs`
 */
export function within<T>(maxMs: number, what: string, waited: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${what}: not within ${maxMs / 1_000} s`)), maxMs);
    waited.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
