/** First come, first served. Each costs the same however many wait: what has left is moved away only now and then. */
export interface Fifo<T> {
  push(one: T): void;
  first(): T | undefined;
  shift(): void;
  size(): number;
  all(): readonly T[];
  /** Takes out what is not to be kept. */
  retain(keep: (one: T) => boolean): void;
}

/** Of those that have left, as many as it may still hold. */
const leftMax = 1_024;

export function createFifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let left = 0;
  return {
    push: (one) => void items.push(one),
    first: () => items[left],
    shift() {
      // It must not be kept from being collected.
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
