/*
 * A binary heap whose members know their positions, so that the rank of a member may change while it is in the heap.
 */

export interface HeapMember {
  /** Its position; -1 while it is in no heap. A member is in one heap at a time. */
  at: number;
}

export interface Heap<T extends HeapMember> {
  /** It must not be in the heap. */
  add(one: T): void;
  /** It must be in the heap. */
  remove(one: T): void;
  /** Its rank has changed; it must be in the heap. */
  moved(one: T): void;
  first(): T | undefined;
  /** In no order. */
  members(): readonly T[];
  size(): number;
}

/** @param isBefore whether one member ranks before another; no two ranks are equal */
export function createHeap<T extends HeapMember>(isBefore: (one: T, another: T) => boolean): Heap<T> {
  const members: T[] = [];

  function put(one: T, at: number): void {
    members[at] = one;
    one.at = at;
  }

  /** @returns whether it has moved */
  function rise(one: T): boolean {
    const from = one.at;
    let at = from;
    while (at > 0) {
      const above = members[(at - 1) >> 1] as T;
      if (!isBefore(one, above)) break;
      put(above, at);
      at = (at - 1) >> 1;
    }
    put(one, at);
    return at !== from;
  }

  function sink(one: T): void {
    let { at } = one;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= members.length) break;
      if (below + 1 < members.length && isBefore(members[below + 1] as T, members[below] as T)) below += 1;
      const next = members[below] as T;
      if (!isBefore(next, one)) break;
      put(next, at);
      at = below;
    }
    put(one, at);
  }

  function moved(one: T): void {
    if (!rise(one)) sink(one);
  }

  return {
    add(one) {
      put(one, members.length);
      rise(one);
    },
    remove(one) {
      const last = members.pop() as T;
      if (last !== one) {
        put(last, one.at);
        moved(last);
      }
      one.at = -1;
    },
    moved,
    members: () => members,
    first: () => members[0],
    size: () => members.length,
  };
}
