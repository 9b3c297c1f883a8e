/* The calls and measurements of a client in the suite `work`. Every answer is checked. */

/** A connected client of a system. Each call returns the item of its handler. */
export interface WorkClient {
  call(kind: 'burn' | 'pause', item: number, amount: number): Promise<WorkAnswer>;
  /** Eight calls of `burn` as one formula, if the system has formulas; returns the sum of the items. */
  eight?(item: number, amount: number): Promise<WorkAnswer>;
  close?(): Promise<void>;
}

export interface WorkAnswer {
  readonly value: number;
  /** Calls that a process other than a server of the operation computed. */
  readonly fallbacks?: number;
}

export interface BatchOrder {
  readonly kind: 'burn' | 'pause' | 'eight';
  readonly count: number;
  readonly perSecond?: number;
  /** Rounds or milliseconds. */
  readonly amount: number;
  /** The first item; `eight` uses eight items for each call. */
  readonly firstItem: number;
  /** How long to wait after the last request was sent; requests that have not settled by then are given up. */
  readonly giveUpMs: number;
}

export interface BatchResult {
  readonly answered: number;
  readonly wrong: number;
  /** Failures by code; `unsettled` are calls that were given up. */
  readonly failed: Readonly<Record<string, number>>;
  readonly fallbacks: number;
  /** From the first call until the last has settled. */
  readonly wallMs: number;
  /** The latencies of right answers, each from when its request was due, in no order. */
  readonly latenciesMs: readonly number[];
}

export async function runBatch(client: WorkClient, order: BatchOrder): Promise<BatchResult> {
  const { kind, count, perSecond, amount, firstItem, giveUpMs } = order;
  const failed: Record<string, number> = {};
  const latenciesMs: number[] = [];
  let [wrong, fallbacks, settled, over] = [0, 0, 0, false];
  const startMs = performance.now();

  async function askOnce(index: number): Promise<void> {
    const dueMs = startMs + (perSecond === undefined ? 0 : (index * 1_000) / perSecond);
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await pass(waitMs);
    try {
      const item = firstItem + index * (kind === 'eight' ? 8 : 1);
      const answer = kind === 'eight' ? await eight(client, item, amount) : await client.call(kind, item, amount);
      if (over) return;
      fallbacks += answer.fallbacks ?? 0;
      if (answer.value === (kind === 'eight' ? 8 * item + 28 : item)) latenciesMs.push(performance.now() - dueMs);
      else wrong += 1;
    } catch (error) {
      if (over) return;
      const code = codeOf(error);
      failed[code] = (failed[code] ?? 0) + 1;
    }
    settled += 1;
  }

  const lastDueMs = perSecond === undefined ? 0 : ((count - 1) * 1_000) / perSecond;
  const giveUp = new AbortController();
  await Promise.race([
    Promise.all(Array.from({ length: count }, (_, index) => askOnce(index))),
    pass(lastDueMs + giveUpMs, giveUp.signal),
  ]);
  giveUp.abort();
  over = true;
  if (settled < count) failed.unsettled = count - settled;
  return { answered: latenciesMs.length, wrong, failed, fallbacks, wallMs: performance.now() - startMs, latenciesMs };
}

/** For a system without formulas: the client sends all eight calls and combines the results. */
async function eight(client: WorkClient, item: number, amount: number): Promise<WorkAnswer> {
  if (client.eight !== undefined) return client.eight(item, amount);
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => client.call('burn', item + index, amount)));
  return { value: answers.reduce((total, { value }) => total + value, 0) };
}

function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return String(code ?? name ?? error);
}

function pass(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => clearTimeout(timer));
  });
}
