/*
 * Who takes turns, and what their turns have cost so far (start-time fair queueing).
 *
 * Whoever has had the least comes next; of those that have had as much, the one that came first. An account that is new, or that
 * wanted nothing for a while, begins with what the last turn had: time in which it wanted nothing earns it nothing. One that has had
 * more than that is kept while nothing of it waits: else dear requests, one after the other, would cost no more than cheap ones.
 */

export interface Account {
  readonly name: string;
  usedMs: number;
  /** Counts up with each account that comes. */
  since: number;
}

export interface Accounts<A extends Account> {
  /** Something of it waits from now on. */
  enter(name: string): A;
  /** Of those of whom something waits. */
  find(name: string): A | undefined;
  /** Also of those of whom nothing waits. */
  known(name: string): A | undefined;
  /** Nothing of it waits any more. */
  leave(account: A): void;
  /** It has the turn. */
  turn(account: A): void;
  /** Nothing waits any more: everybody is equal again. */
  clear(): void;
  /** Those of whom something waits. */
  values(): Iterable<A>;
  size(): number;
}

const aheadMin = 1_024;

export function createAccounts<A extends Account>(make: (name: string) => A): Accounts<A> {
  /** Those of whom something waits. */
  const waiting = new Map<string, A>();
  /** Those of whom nothing waits, and who have had more than the others. */
  const ahead = new Map<string, A>();
  /** With so many it is looked who still has. */
  let aheadMax = aheadMin;
  /** What the account that had the last turn had had before it. */
  let turnMs = 0;
  let count = 0;

  return {
    enter(name) {
      const known = waiting.get(name);
      if (known !== undefined) return known;
      const account = ahead.get(name) ?? make(name);
      ahead.delete(name);
      count += 1;
      account.since = count;
      account.usedMs = Math.max(account.usedMs, turnMs);
      waiting.set(name, account);
      return account;
    },
    find: (name) => waiting.get(name),
    known: (name) => waiting.get(name) ?? ahead.get(name),
    leave(account) {
      waiting.delete(account.name);
      if (account.usedMs > turnMs) ahead.set(account.name, account);
      if (ahead.size < aheadMax) return;
      for (const { name, usedMs } of ahead.values()) if (usedMs <= turnMs) ahead.delete(name);
      aheadMax = Math.max(aheadMin, 2 * ahead.size);
    },
    turn({ usedMs }) {
      turnMs = Math.max(turnMs, usedMs);
    },
    clear() {
      ahead.clear();
      aheadMax = aheadMin;
    },
    values: () => waiting.values(),
    size: () => waiting.size,
  };
}

export function comesBefore(one: Account, another: Account): boolean {
  return one.usedMs === another.usedMs ? one.since < another.since : one.usedMs < another.usedMs;
}
