import { createFormulaClient, createRequesterDriver, open, serveFormulas, serveOperations } from '@cateto/bus';
import type { BusEvent } from '@cateto/bus';
import { Bytes, call, defineCatalogue, formula, formulaCode, limits, operation } from '@cateto/contracts';
import type { AnyFormulaCode, Catalogue, Failure, Handler, Success } from '@cateto/contracts';
import type { PassingMessage, SimulatedNetwork, SimulatedProcess } from '@cateto/simulation';
import { createNetwork } from '@cateto/simulation';
import { expect } from 'vitest';

/* A system whose values travel in chunks, in virtual time. */

const data = Bytes({ max: limits.bytesMax });
const sample = new Uint8Array([1]);
const mirror = operation({
  name: 'mirror',
  description: 'returns its input',
  input: data,
  output: data,
  example: { input: sample, output: sample },
});
const echo = formula({
  name: 'echo',
  description: 'returns its operand, through an operation',
  operands: [['data', data]],
  output: data,
  example: { operands: [sample], output: sample },
});
const catalogue: Catalogue = defineCatalogue({ operations: { mirror }, formulas: { echo } });
const code = formulaCode(echo, {
  plan: ([given]) => [call(mirror, given)],
  combine: ([given]) => given,
});

/** Five chunks. A value of 4 MiB would take twenty seconds of simulated bytes. */
export const large = 150_000;

export interface Asked {
  readonly size: number;
  outcome: Success | Failure | undefined;
  atMs: number;
}

const bytesOf = (size: number): Uint8Array => new Uint8Array(size).fill(size % 251);

export interface LargeValuesOptions {
  readonly seed?: number;
  /** Of each kind. */
  readonly servers?: number;
  /** The size of every output; unless given, an output is the input. */
  readonly answerBytes?: number | undefined;
  /** How long a packet takes, at least and at most. */
  readonly delayMs?: readonly [least: number, most: number] | undefined;
  /** The share of packets that take up to ten times as long. */
  readonly lateShare?: number | undefined;
  /** What an op-server does before it answers. */
  readonly work?: (process: SimulatedProcess) => void;
}

/** Two brokers, a client, and servers that count their runs. */
export async function setUpLargeValues(setting: LargeValuesOptions = {}) {
  const { seed = 1, servers = 1, answerBytes, delayMs, lateShare, work } = setting;
  const network = createNetwork({ seed, delayMs, lateShare });
  const brokers = [network.startBroker('broker'), network.startBroker('backup')] as const;
  const runs: string[] = [];
  const dropped: BusEvent[] = [];
  const participant = (name: string) => {
    const process = network.spawn(name);
    const onEvent = (event: BusEvent): void => void (event.event === 'message-dropped' && dropped.push(event));
    return { process, catalogue, platform: process.platform, openLink: network.openLink(process), onEvent };
  };
  const handlersOf = (name: string, process?: SimulatedProcess): Record<string, Handler> => ({
    mirror: (given) => {
      runs.push(name);
      if (process !== undefined) work?.(process);
      return answerBytes === undefined ? given : bytesOf(answerBytes);
    },
  });
  const numbers = Array.from({ length: servers }, (_, index) => index + 1);
  const ops = numbers.map((number) => {
    const { process, ...options } = participant(`op-${number}`);
    const handlers = handlersOf(`op-${number}`, process);
    const server = serveOperations({ ...options, handlers, operations: 'all', lanes: 'all' });
    return { process, server };
  });
  const calcs = numbers.map((number) => {
    const { process, ...options } = participant(`calc-${number}`);
    const plan: typeof code.plan = (operands) => {
      runs.push(`calc-${number}`);
      return code.plan(operands);
    };
    const formulas = { echo: { ...code, plan } as unknown as AnyFormulaCode };
    const server = serveFormulas({
      ...options,
      formulas,
      handlers: handlersOf('fallback'),
      operationTimeoutMs: 20_000,
    });
    return { process, server };
  });
  const { process: _process, ...options } = participant('client');
  const bus = open({ role: 'client', ...options });
  const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent: options.onEvent });
  const formulas = createFormulaClient(bus, catalogue, requests);
  await network.runTo(1_000);

  return {
    network,
    brokers,
    ops,
    calcs,
    runs,
    dropped,
    tables: bus.participant.tables,
    /** Runs until everything is answered, and for long enough after that to see a second run. */
    async settle(all: readonly Asked[], mostMs = 15_000): Promise<void> {
      const untilMs = network.nowMs() + mostMs;
      while (network.nowMs() < untilMs && all.some(({ outcome }) => outcome === undefined)) {
        await network.runTo(network.nowMs() + 50);
      }
      await network.runTo(network.nowMs() + 1_500);
    },
    ask(size: number, timeoutMs = 60_000): Asked {
      const asked: Asked = { size: answerBytes ?? size, outcome: undefined, atMs: 0 };
      formulas.ask({
        formula: echo,
        operands: [bytesOf(size)],
        timeoutMs,
        settle(outcome) {
          asked.outcome = outcome;
          asked.atMs = network.nowMs();
        },
      });
      return asked;
    },
  };
}

/** Counts the messages that pass on a topic from a process, and calls back at one of them. */
export function countPassing(
  network: SimulatedNetwork,
  topic: string,
  from: string,
  at = 0,
  then?: (from: string) => void,
) {
  const passed = { count: 0 };
  network.lose((message: PassingMessage) => {
    if (!message.topic.startsWith(topic) || !message.from.startsWith(from)) return false;
    passed.count += 1;
    if (passed.count === at) then?.(message.from);
    return false;
  });
  return passed;
}

export function expectEchoed({ size, outcome }: Asked): void {
  const value = (outcome as Success | undefined)?.value;
  expect(value, JSON.stringify(outcome)?.slice(0, 200)).toBeInstanceOf(Uint8Array);
  expect(Buffer.compare(value as Uint8Array, bytesOf(size))).toBe(0);
}

export const chunksOf = (size: number): number => Math.ceil(size / limits.chunkBytes);
