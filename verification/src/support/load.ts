import type { Calculator } from '@cateto/contracts';
import type { Client } from '@cateto/sdk';
import { RequestError } from '@cateto/sdk';

/** The outcomes of all requests of a load. */
export interface Account {
  asked: number;
  answered: number;
  /** Answers that are wrong for their request. */
  wrong: number;
  /** Ids that came twice. Promises cannot settle twice, but ids can come twice. */
  twice: number;
  /** Failures by code. */
  readonly failed: Record<string, number>;
  /** The longest time of a request, from when it was due, in milliseconds. */
  longestMs: number;
  /** Answers for which the calc-server computed an operation itself. */
  fellBack: number;
}

export interface Load {
  /** Resolves when so many more requests have been answered. */
  answered(more: number): Promise<void>;
  /** How many of the last answers, in a row, needed no fallback. */
  inARow(): number;
  /** Stops asking, and resolves when every request has its outcome. */
  stop(): Promise<Account>;
}

/**
 * Sends requests at a fixed rate, whatever the answers do. Each request is timed from when it was due, so that a stall
 * is not hidden by requests that it kept from being sent.
 */
export function startLoad(client: Client<Calculator>, perSecond: number): Load {
  const account: Account = { asked: 0, answered: 0, wrong: 0, twice: 0, failed: {}, longestMs: 0, fellBack: 0 };
  const ids = new Set<string>();
  const open = new Set<Promise<void>>();
  const waiting: { readonly until: number; resolve(): void }[] = [];
  const startMs = performance.now();
  let inARow = 0;

  async function ask(dueMs: number): Promise<void> {
    account.asked += 1;
    // Legs that no other request has, so that an answer to another request is wrong.
    const a = account.asked;
    const b = 3 + (account.asked % 1_009);
    try {
      const { value, id, fallbacks } = await client.hypotenuse(a, b);
      account.answered += 1;
      if (Math.abs(value - Math.hypot(a, b)) > 4 * Number.EPSILON * value) account.wrong += 1;
      if (ids.has(id)) account.twice += 1;
      ids.add(id);
      if (fallbacks.length > 0) account.fellBack += 1;
      inARow = fallbacks.length > 0 ? 0 : inARow + 1;
    } catch (error) {
      const code = error instanceof RequestError ? error.code : String(error);
      account.failed[code] = (account.failed[code] ?? 0) + 1;
    }
    account.longestMs = Math.max(account.longestMs, performance.now() - dueMs);
    for (const one of waiting) if (account.answered >= one.until) one.resolve();
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) * perSecond) / 1_000);
    while (account.asked < due) {
      const asking = ask(startMs + (account.asked * 1_000) / perSecond);
      open.add(asking);
      void asking.then(() => open.delete(asking));
    }
  }, 2);

  return {
    answered: (more) => new Promise((resolve) => waiting.push({ until: account.answered + more, resolve })),
    inARow: () => inARow,
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      return account;
    },
  };
}
