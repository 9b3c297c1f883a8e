/** First come, first served. Each costs the same however many wait: what has left is moved away only now and then. */
export interface Fifo<T> {
  push(one: T): void;
  first(): T | undefined;
  shift(): void;
  size(): number;
  all(): readonly T[];
}

/** Of those that have left, as many as it may still hold. */
const leftMax = 1_024;

export function createFifo<T>(): Fifo<T> {
  let items: T[] = [];
  let left = 0;
  return {
    push: (one) => void items.push(one),
    first: () => items[left],
    shift() {
      left += 1;
      if (left < items.length && left < leftMax) return;
      items = items.slice(left);
      left = 0;
    },
    size: () => items.length - left,
    all: () => items.slice(left),
  };
}
