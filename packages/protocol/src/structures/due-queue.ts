/*
 * Points in time, each with a key: a binary min-heap. Entries are never searched for. An entry that is not needed any
 * more is dropped with `skim` when it comes up, or with `retain` when too many have gathered, which is cheaper than a
 * handle for each. Times and keys are in a list each, so that an entry is not an object of its own.
 */

export interface DueQueue<K> {
  push(dueMs: number, key: K): void;
  /** When the earliest entry is due. */
  peekDueMs(): number | undefined;
  /** Removes and returns the earliest entry if it is due; undefined if none is. */
  popDue(nowMs: number): K | undefined;
  size(): number;
  clear(): void;
  /** Drops the earliest entries as long as their keys are not to be kept. */
  skim(keep: (key: K) => boolean): void;
  /** Drops every entry whose key is not to be kept. Takes linear time. */
  retain(keep: (key: K) => boolean): void;
}

export function createDueQueue<K>(): DueQueue<K> {
  const times: number[] = [];
  const keys: K[] = [];

  function put(index: number, dueMs: number, key: K): void {
    times[index] = dueMs;
    keys[index] = key;
  }

  function rise(dueMs: number, key: K, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const aboveMs = times[above] as number;
      if (aboveMs <= dueMs) break;
      put(index, aboveMs, keys[above] as K);
      index = above;
    }
    put(index, dueMs, key);
  }

  function sink(dueMs: number, key: K, from: number): void {
    const { length } = times;
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= length) break;
      if (below + 1 < length && (times[below + 1] as number) < (times[below] as number)) below += 1;
      const belowMs = times[below] as number;
      if (dueMs <= belowMs) break;
      put(index, belowMs, keys[below] as K);
      index = below;
    }
    put(index, dueMs, key);
  }

  function dropFirst(): void {
    const lastMs = times.pop() as number;
    const last = keys.pop() as K;
    if (times.length > 0) sink(lastMs, last, 0);
  }

  return {
    push: (dueMs, key) => rise(dueMs, key, times.length),
    peekDueMs: () => times[0],
    popDue(nowMs) {
      const firstMs = times[0];
      if (firstMs === undefined || firstMs > nowMs) return undefined;
      const first = keys[0];
      dropFirst();
      return first;
    },
    size: () => times.length,
    clear() {
      times.length = 0;
      keys.length = 0;
    },
    skim(keep) {
      while (keys.length > 0 && !keep(keys[0] as K)) dropFirst();
    },
    retain(keep) {
      let kept = 0;
      for (let index = 0; index < times.length; index += 1) {
        const key = keys[index] as K;
        if (!keep(key)) continue;
        put(kept, times[index] as number, key);
        kept += 1;
      }
      times.length = kept;
      keys.length = kept;
      for (let index = (kept >> 1) - 1; index >= 0; index -= 1) sink(times[index] as number, keys[index] as K, index);
    },
  };
}
