/* The two loads of the suite `large`. Every answer is checked. */

/** Sends a request. Returns whether its answer is right. */
export type Ask = () => Promise<boolean>;

export interface BurstLoad {
  /** The requests of a burst. */
  readonly count: number;
  /** How many of them are in flight or wait in the client at once. */
  readonly atOnce: number;
  /** Bursts follow each other for so long; with 0, there is one. */
  readonly ms: number;
}

export interface PacedLoad {
  readonly perSecond: number;
  /** Requests of this time are not measured. */
  readonly warmMs: number;
  readonly ms: number;
}

export interface LoadOutcome {
  readonly answered: number;
  readonly wrong: number;
  /** Failures by code. */
  readonly failed: Readonly<Record<string, number>>;
  /** The times from a request to its right answer, in no order. */
  readonly latenciesMs: readonly number[];
  /** From the first request to the last answer. */
  readonly wallMs: number;
}

/** Sends bursts, each when all of the one before are settled. */
export async function inBursts(ask: Ask, { count, atOnce, ms }: BurstLoad): Promise<LoadOutcome> {
  const account = openAccount(ask);
  const startMs = performance.now();
  do {
    let left = count;
    const loop = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await account.askOnce();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, loop));
  } while (performance.now() < startMs + ms);
  return account.outcome(performance.now() - startMs);
}

/**
 * Sends a request at equal intervals, whatever happened to earlier ones. A time counts from when its request was sent,
 * not from when it was due: timers of Node are late by up to a millisecond, which is as long as a small request takes.
 */
export async function paced(ask: Ask, { perSecond, warmMs, ms }: PacedLoad): Promise<LoadOutcome> {
  const [warming, account] = [openAccount(ask), openAccount(ask)];
  const startMs = performance.now();
  const count = Math.ceil(((warmMs + ms) * perSecond) / 1_000);
  const open: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueMs = (index * 1_000) / perSecond;
    await until(startMs + dueMs);
    open.push((dueMs < warmMs ? warming : account).askOnce());
  }
  await Promise.all(open);
  return account.outcome(performance.now() - startMs - warmMs);
}

function openAccount(ask: Ask): { askOnce(): Promise<void>; outcome(wallMs: number): LoadOutcome } {
  const failed: Record<string, number> = {};
  const latenciesMs: number[] = [];
  let wrong = 0;
  return {
    async askOnce() {
      const sentMs = performance.now();
      try {
        if (await ask()) latenciesMs.push(performance.now() - sentMs);
        else wrong += 1;
      } catch (error) {
        const code = codeOf(error);
        failed[code] = (failed[code] ?? 0) + 1;
      }
    },
    outcome: (wallMs) => ({ answered: latenciesMs.length, wrong, failed, latenciesMs, wallMs }),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function until(dueMs: number): Promise<void> {
  const waitMs = dueMs - performance.now();
  if (waitMs > 0) await new Promise<void>((resolve) => void setTimeout(resolve, waitMs));
}
