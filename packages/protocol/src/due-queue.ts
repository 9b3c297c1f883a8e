/*
 * What is due when: a binary min-heap of points in time, each with a key.
 *
 * Entries are never searched for. Whoever no longer cares about one lets it come up and ignores it, or sweeps with
 * `retain` when too many have gathered: cheaper than keeping a handle for each.
 */

export interface DueQueue<K> {
  push(dueMs: number, key: K): void;
  /** When the earliest entry is due. */
  peekDueMs(): number | undefined;
  /** Takes the earliest entry off if it is due; undefined when none is. */
  popDue(nowMs: number): K | undefined;
  size(): number;
  /** Drops every entry whose key is not to be kept; takes linear time. */
  retain(keep: (key: K) => boolean): void;
}

interface Entry<K> {
  readonly dueMs: number;
  readonly key: K;
}

export function createDueQueue<K>(): DueQueue<K> {
  let heap: Entry<K>[] = [];

  function rise(entry: Entry<K>, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.dueMs <= entry.dueMs) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  function sink(entry: Entry<K>, from: number): void {
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && right.dueMs < child.dueMs) {
        below += 1;
        child = right;
      }
      if (entry.dueMs <= child.dueMs) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = entry;
  }

  return {
    push: (dueMs, key) => rise({ dueMs, key }, heap.length),
    peekDueMs: () => heap[0]?.dueMs,
    popDue(nowMs) {
      const [first] = heap;
      if (first === undefined || first.dueMs > nowMs) return undefined;
      const last = heap.pop();
      if (last !== undefined && last !== first) sink(last, 0);
      return first.key;
    },
    size: () => heap.length,
    retain(keep) {
      heap = heap.filter(({ key }) => keep(key));
      for (let index = (heap.length >> 1) - 1; index >= 0; index -= 1) {
        const entry = heap[index];
        if (entry !== undefined) sink(entry, index);
      }
    },
  };
}
