/*
 * Things in the order in which they came, any of which may leave at any time.
 *
 * A list linked through its members. A Set keeps the same order, but finding its first walks over whatever left before
 * it, which for a queue of 100,000 is most of it, again and again. A member is in one order at a time.
 */

export interface Linked<T> {
  older: T | undefined;
  newer: T | undefined;
}

export interface IntrusiveList<T extends Linked<T>> {
  /** As the newest. It must not be in here, nor in another order. */
  add(one: T): void;
  /** It must be in here. */
  remove(one: T): void;
  oldest(): T | undefined;
  newest(): T | undefined;
  size(): number;
}

export function createIntrusiveList<T extends Linked<T>>(): IntrusiveList<T> {
  let oldest: T | undefined;
  let newest: T | undefined;
  let size = 0;

  return {
    add(one) {
      one.older = newest;
      one.newer = undefined;
      if (newest === undefined) oldest = one;
      else newest.newer = one;
      newest = one;
      size += 1;
    },
    remove(one) {
      const { older, newer } = one;
      if (older === undefined) oldest = newer;
      else older.newer = newer;
      if (newer === undefined) newest = older;
      else newer.older = older;
      // What has left must not keep those alive that were beside it.
      one.older = undefined;
      one.newer = undefined;
      size -= 1;
    },
    oldest: () => oldest,
    newest: () => newest,
    size: () => size,
  };
}
