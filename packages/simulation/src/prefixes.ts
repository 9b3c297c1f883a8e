/** Subscriptions: counted prefixes, as libzmq keeps them. */
export interface Prefixes {
  /** @returns whether the prefix is new */
  add(prefix: string): boolean;
  /** @returns whether no subscription to the prefix is left */
  remove(prefix: string): boolean;
  has(prefix: string): boolean;
  matches(topic: string): boolean;
  all(): Iterable<string>;
  readonly size: number;
}

export function createPrefixes(): Prefixes {
  const counts = new Map<string, number>();
  /** How many prefixes of each length there are: a topic is looked up once for each length. */
  const lengths = new Map<number, number>();

  return {
    add(prefix) {
      const count = counts.get(prefix) ?? 0;
      counts.set(prefix, count + 1);
      if (count === 0) lengths.set(prefix.length, (lengths.get(prefix.length) ?? 0) + 1);
      return count === 0;
    },
    remove(prefix) {
      const count = counts.get(prefix);
      if (count === undefined) return false;
      if (count > 1) {
        counts.set(prefix, count - 1);
        return false;
      }
      counts.delete(prefix);
      const sameLength = lengths.get(prefix.length) ?? 0;
      if (sameLength > 1) lengths.set(prefix.length, sameLength - 1);
      else lengths.delete(prefix.length);
      return true;
    },
    has: (prefix) => counts.has(prefix),
    matches(topic) {
      for (const length of lengths.keys()) {
        if (length <= topic.length && counts.has(topic.slice(0, length))) return true;
      }
      return false;
    },
    all: () => counts.keys(),
    get size() {
      return counts.size;
    },
  };
}
