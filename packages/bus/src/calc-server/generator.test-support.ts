import type { AnyFormulaCode, Failure, Success } from '@cateto/contracts';
import { declaredFailure, defineCatalogue, failure, Finite, formula, isFailure, operation } from '@cateto/contracts';
import { expect } from 'vitest';
import { z } from 'zod';
import { createFormulaClient } from '../client/formula-client.ts';
import { serveOperations } from '../op-server/operation-server.ts';
import { open } from '../participant/bus.ts';
import type { BusEvent } from '../participant/events.ts';
import { fakeBroker, testPlatform } from '../participant/fake-link.test-support.ts';
import { createRequesterDriver } from '../participant/requester-driver.ts';
import { serveFormulas } from './formula-server.ts';

/* One formula in steps, for tests: between a real client, a real calc-server and a real op-server on a network in memory. */

const shape = { description: 'Its input.', input: Finite, output: z.unknown(), example: { input: 1, output: 1 } };
export const double = operation({ name: 'double', ...shape });
/** Answers when the test says so. */
export const wait = operation({ name: 'wait', ...shape });
export const refuse = operation({ name: 'refuse', ...shape });
export const fixed = operation({ name: 'fixed', ...shape, work: { lanes: 'fixed' } });
export const big = operation({ name: 'big', ...shape });
/** Takes 100 ms. */
export const slow = operation({ name: 'slow', ...shape });
export const secret = operation({ name: 'secret', ...shape });
/** Fails with data of as many bytes as its input says. */
export const declare = operation({ name: 'declare', ...shape, failures: { declared: z.string() } });
export const work = formula({
  name: 'work',
  description: 'The result of its steps.',
  operands: [['a', Finite]],
  output: z.unknown(),
  example: { operands: [1], output: 1 },
  calls: [double, wait, refuse, fixed, big, slow, declare],
});
const catalogue = defineCatalogue({
  operations: { double, wait, refuse, fixed, big, slow, secret, declare },
  formulas: { work },
});

type Waits = { readonly input: number; resolve(output: number): void; readonly signal: AbortSignal };

export function setUp(
  code: unknown,
  { opServer = true, exposeErrors = true, timeoutMs = 60_000, concurrency = 1_024 } = {},
) {
  const platform = testPlatform();
  const broker = fakeBroker(platform);
  const events: BusEvent[] = [];
  const shared = {
    catalogue,
    openLink: broker.openLink,
    platform,
    onEvent: (event: BusEvent) => void events.push(event),
  };
  const ran: number[] = [];
  const waiting: Waits[] = [];
  const handlers = {
    double(input: number) {
      ran.push(input);
      return 2 * input;
    },
    wait: (input: number, { signal }: { readonly signal: AbortSignal }) =>
      new Promise<number>((resolve) => void waiting.push({ input, resolve, signal })),
    refuse: (input: number) => failure('out-of-domain', `no ${input}`),
    fixed: (input: number) => input,
    slow(input: number) {
      ran.push(input);
      return new Promise<number>((resolve) => void platform.after(100, () => resolve(input)));
    },
    big: (input: number) => 'x'.repeat(input),
    secret: (input: number) => input,
    declare: (input: number) => declaredFailure(declare, 'declared', 'x'.repeat(input)),
  };
  const server = serveFormulas({
    ...shared,
    handlers,
    formulas: { work: code as AnyFormulaCode<typeof work> },
    operationTimeoutMs: 2_000,
    exposeErrors,
  });
  if (opServer) serveOperations({ ...shared, handlers, operations: 'all', lanes: 'all', concurrency });
  const outcomes: (Success | Failure)[] = [];
  function connect() {
    const bus = open({ role: 'client', ...shared });
    const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent: shared.onEvent });
    const client = createFormulaClient(bus, catalogue, requests);
    return {
      cancel: client.cancel,
      ask: (operand: number, settle: (outcome: Success | Failure) => void = (outcome) => void outcomes.push(outcome)) =>
        client.ask({ formula: work, operands: [operand], timeoutMs, settle }),
    };
  }
  const client = connect();
  const another = connect();
  broker.activate(1);
  platform.pass(50);
  const seq = client.ask(3);
  /** Lets promises of handlers and virtual time go on. */
  async function pass(ms: number): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      platform.pass(ms / 5);
      for (let task = 0; task < 10; task += 1) await Promise.resolve();
    }
    platform.settle();
  }
  return {
    platform,
    events,
    ran,
    waiting,
    outcomes,
    server,
    pass,
    ask: client.ask,
    askOfAnother: another.ask,
    cancel: () => client.cancel(seq),
  };
}

/** The outcome of a formula with these steps. */
export async function outcomeOf(code: unknown, options?: Parameters<typeof setUp>[1]) {
  const system = setUp(code, options);
  await system.pass(1_000);
  expect(system.outcomes).toHaveLength(1);
  expect(system.server.report()).toMatchObject({ inFlight: 0, tables: { open: 0, 'paused formulas': 0 } });
  const [outcome] = system.outcomes;
  return { ...system, outcome: outcome as Success | Failure };
}

export const valueOf = (outcome: Success | Failure): unknown => (isFailure(outcome) ? outcome : outcome.value);
