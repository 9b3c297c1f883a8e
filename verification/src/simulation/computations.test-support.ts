import { createFormulaClient, createRequesterDriver, open, serveFormulas, serveOperations } from '@cateto/bus';
import type { AnyFormulaCode, Catalogue } from '@cateto/contracts';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import type { SimulatedProcess } from '@cateto/simulation';
import { createNetwork } from '@cateto/simulation';

/* A system without faults, of which a test decides how long each computation takes. */

const work = operation({
  name: 'work',
  description: 'returns its input after a while',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 1 },
});
const ask = formula({
  name: 'ask',
  description: 'returns its operand, through an operation',
  operands: [['a', Finite]],
  output: Finite,
  example: { operands: [1], output: 1 },
});
const catalogue: Catalogue = defineCatalogue({ operations: { work }, formulas: { ask } });
const code = formulaCode(ask, { plan: ([a]) => [call(work, a)], combine: ([result]) => result });

export interface ComputationsOptions {
  readonly seed: number;
  readonly delayMs: readonly [number, number];
  /** Each runs one computation at once. */
  readonly opServers: number;
  /** Each is a requester of its own. */
  readonly calcServers: number;
  /** Computes an input in a process. */
  readonly compute: (process: SimulatedProcess, input: number) => unknown;
}

export interface Asked {
  readonly operand: number;
  readonly atMs: number;
  /** How long its value took; undefined before it has come. */
  tookMs: number | undefined;
}

/** Two brokers, servers and a client, which know each other. */
export async function startComputations({ seed, delayMs, opServers, calcServers, compute }: ComputationsOptions) {
  const network = createNetwork({ seed, delayMs, lateShare: 0 });
  network.startBroker('broker');
  network.startBroker('backup');
  /** By input: where it ran and since when. */
  const runs = new Map<number, string[]>();
  const participant = (name: string) => {
    const process = network.spawn(name);
    return { process, catalogue, platform: process.platform, openLink: network.openLink(process), onEvent: ignore };
  };
  for (let number = 1; number <= opServers; number += 1) {
    const { process, ...options } = participant(`op-${number}`);
    const handler = (input: number): unknown => {
      const run = `op-${number} at ${process.platform.nowMs().toFixed(0)}`;
      runs.set(input, [...(runs.get(input) ?? []), run]);
      return compute(process, input);
    };
    serveOperations({
      ...options,
      handlers: { work: handler as never },
      operations: 'all',
      lanes: 'all',
      concurrency: 1,
    });
  }
  for (let number = 1; number <= calcServers; number += 1) {
    const { process: _process, ...options } = participant(`calc-${number}`);
    const formulas = { ask: code as unknown as AnyFormulaCode };
    serveFormulas({ ...options, formulas, handlers: {}, operationTimeoutMs: 60_000 });
  }
  const { process: _process, ...options } = participant('client');
  const bus = open({ role: 'client', ...options });
  const requester = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent: ignore });
  const client = createFormulaClient(bus, catalogue, requester);
  await network.runTo(2_000);
  return {
    network,
    runs,
    ask(operand: number): Asked {
      const asked: Asked = { operand, atMs: network.nowMs(), tookMs: undefined };
      client.ask({
        formula: ask,
        operands: [operand],
        timeoutMs: 300_000,
        settle(outcome) {
          if ('value' in outcome) asked.tookMs = network.nowMs() - asked.atMs;
        },
      });
      return asked;
    },
  };
}

function ignore(): void {
  // No test looks at the events.
}
