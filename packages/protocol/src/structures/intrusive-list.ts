/*
 * A list in order of arrival, linked through its members, any of which may leave at any time. A Set keeps the same
 * order, but finding its first element walks over all elements that left before it, which in a queue of 100,000 are
 * most of them, again and again. A member is in one list at a time.
 */

export interface Linked<T> {
  older: T | undefined;
  newer: T | undefined;
}

export interface IntrusiveList<T extends Linked<T>> {
  /** Adds it as the newest. It must not be in this or another list. */
  add(one: T): void;
  /** It must be in the list. */
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
      // A member that has left must not keep its former neighbours alive.
      one.older = undefined;
      one.newer = undefined;
      size -= 1;
    },
    oldest: () => oldest,
    newest: () => newest,
    size: () => size,
  };
}
