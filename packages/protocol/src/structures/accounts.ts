/*
 * Accounts that take turns, with the cost of their turns so far (start-time fair queueing). The account with the lowest
 * cost is next; among equals, the one that came first. An account that is new, or that had nothing waiting for a while,
 * starts with the cost of the account that had the last turn, so that it earns nothing by waiting for nothing. An
 * account with a higher cost than that is kept while nothing of it waits: otherwise expensive requests, sent one after
 * the other, would cost no more than cheap ones.
 */

export interface Account {
  readonly name: string;
  usedMs: number;
  /** Grows with each account that comes. */
  since: number;
}

export interface Accounts<A extends Account> {
  /** Something of this account waits from now on. */
  enter(name: string): A;
  /** Finds an account of which something waits. */
  find(name: string): A | undefined;
  /** Finds an account, also one of which nothing waits. */
  known(name: string): A | undefined;
  /** Nothing of this account waits any more. */
  leave(account: A): void;
  /** The account has its turn. */
  turn(account: A): void;
  /** Nothing waits any more, so all accounts are equal again. */
  clear(): void;
  /** The accounts of which something waits. */
  values(): Iterable<A>;
  size(): number;
}

const aheadMin = 1_024;

export function createAccounts<A extends Account>(make: (name: string) => A): Accounts<A> {
  /** The accounts of which something waits. */
  const waiting = new Map<string, A>();
  /** The accounts of which nothing waits, and which cost more than the others. */
  const ahead = new Map<string, A>();
  /** At this size, accounts that are not ahead any more are removed. */
  let aheadMax = aheadMin;
  /** The cost that the account with the last turn had before that turn. */
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
