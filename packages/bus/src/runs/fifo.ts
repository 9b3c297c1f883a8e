/**
 * A queue, first come, first served. The cost of each item does not depend on the queue's length: items that have left
 * are removed from memory only now and then.
 */
export interface Fifo<T> {
  push(one: T): void;
  first(): T | undefined;
  shift(): void;
  size(): number;
  all(): readonly T[];
  /** Removes the items that are not to be kept. */
  retain(keep: (one: T) => boolean): void;
}

/** How many items that have left it may still hold in memory. */
const leftMax = 1_024;

export function createFifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let left = 0;
  return {
    push: (one) => void items.push(one),
    first: () => items[left],
    shift() {
      // Drop the reference, so that the item can be garbage-collected.
      items[left] = undefined;
      left += 1;
      if (left < items.length && left < leftMax) return;
      items = items.slice(left);
      left = 0;
    },
    size: () => items.length - left,
    all: () => items.slice(left) as T[],
    retain(keep) {
      items = items.filter((one, index) => index >= left && keep(one as T));
      left = 0;
    },
  };
}
