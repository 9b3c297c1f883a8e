import type { CallOptions, Answer } from '@cateto/sdk';
import { RequestError } from '@cateto/sdk';
import type { Chance } from './chance.ts';
import type { Asked, Entry, Outcome } from './history.ts';
import { historyNowMs } from './history.ts';
import type { Workload } from './workload.ts';

/*
 * The load of one client, as an open loop. Requests come when they are due, at random times as calls to an exchange do,
 * whatever happened to earlier requests. A stall is not hidden by requests that it kept from being made.
 */

export interface GeneratorOptions {
  readonly client: string;
  readonly workload: Pick<Workload, 'pick' | 'operandsOf' | 'bursts'>;
  call(formula: string, operands: readonly number[], options: CallOptions): Promise<Answer<unknown>>;
  readonly perSecond: number;
  readonly timeoutMs: number;
  /** The questions of this client: from `first` on every `step`-th. */
  readonly first: number;
  readonly step: number;
  readonly chance: Chance;
  record(entry: Entry): void;
}

export interface Generator {
  /** Stops asking. Resolves when all requests have their outcome, or when it is clear that some never will. */
  stop(): Promise<void>;
}

const tickMs = 2;
/** A tick that is later than this is a stall of the client and not of Cateto. */
const stallMs = 50;
/** A request that has no outcome so long after its deadline will have none. */
const hungMs = 5_000;

export function startGenerator(options: GeneratorOptions): Generator {
  const { client, workload, perSecond, timeoutMs, chance, record } = options;
  const { bursts } = workload;
  const open = new Set<Promise<void>>();
  let number = options.first;
  let dueMs = historyNowMs();
  let tickedMs = dueMs;

  async function ask(asked: Asked): Promise<void> {
    const settle = (id: string | undefined, outcome: Outcome) =>
      record({ type: 'settled', number: asked.number, settledMs: historyNowMs(), id, outcome });
    try {
      const { value, id, fallbacks } = await options.call(asked.formula, asked.operands, { timeoutMs });
      settle(id, { value, fallbacks });
    } catch (error) {
      if (error instanceof RequestError) settle(error.id, { code: error.code, text: error.message });
      else settle(undefined, { code: String(error) });
    }
  }

  function burstSize(): number {
    return bursts !== undefined && chance.between(1, bursts.every) === 1 ? bursts.size : 1;
  }

  function askNext(): void {
    const formula = workload.pick(chance);
    const operands = workload.operandsOf(formula, number);
    const asked: Asked = {
      type: 'asked',
      number,
      client,
      formula,
      operands,
      dueMs,
      askedMs: historyNowMs(),
      timeoutMs,
    };
    record(asked);
    const asking = ask(asked);
    open.add(asking);
    void asking.then(() => open.delete(asking));
    number += options.step;
  }

  const timer = setInterval(() => {
    const nowMs = historyNowMs();
    if (nowMs - tickedMs > stallMs) record({ type: 'stall', client, fromMs: tickedMs, toMs: nowMs });
    tickedMs = nowMs;
    while (dueMs <= nowMs) {
      for (let left = burstSize(); left > 0; left -= 1) askNext();
      // The time between two arrivals of a Poisson process.
      dueMs += (-Math.log(1 - chance.fraction()) * 1_000) / perSecond;
    }
  }, tickMs);

  return {
    async stop() {
      clearInterval(timer);
      let giveUp: NodeJS.Timeout | undefined;
      const hung = new Promise<void>((resolve) => {
        giveUp = setTimeout(resolve, timeoutMs + hungMs);
      });
      await Promise.race([Promise.all(open), hung]);
      clearTimeout(giveUp);
    },
  };
}
