import type { Failure, Success } from '@cateto/contracts';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { open } from '../participant/bus.ts';
import type { BusEvent } from '../participant/events.ts';
import { fakeBroker, testPlatform } from '../participant/fake-link.test-support.ts';
import { createFormulaClient } from '../client/formula-client.ts';
import { serveFormulas } from './formula-server.ts';
import { serveOperations } from '../op-server/operation-server.ts';
import { createRequesterDriver } from '../participant/requester-driver.ts';
import { createStatusClient } from '../client/status.ts';
import { createProcessorTime } from '../threads/processor-time.ts';
import type { HandlerThreads } from '../runs/handler-threads.ts';

/* A calc-server that computes calls itself. Its handlers advance the clock, like work that blocks the event loop. */

const shape = { description: 'Its input.', input: Finite, output: Finite, example: { input: 1, output: 1 } };
const block = operation({ name: 'block', ...shape });
const wait = operation({ name: 'wait', ...shape });
const quick = operation({ name: 'quick', ...shape });
const one = { description: 'Its operand.', output: Finite, example: { operands: [1] as [number], output: 1 } };
const blocked = formula({ name: 'blocked', operands: [['a', Finite]], ...one });
const waited = formula({ name: 'waited', operands: [['a', Finite]], ...one });
const quickly = formula({ name: 'quickly', operands: [['a', Finite]], ...one });
const catalogue = defineCatalogue({
  operations: { block, wait, quick },
  formulas: { blocked, waited, quickly },
});
const formulas = {
  blocked: formulaCode(blocked, { plan: ([a]) => [call(block, a)], combine: ([x]) => x }),
  waited: formulaCode(waited, { plan: ([a]) => [call(wait, a)], combine: ([x]) => x }),
  quickly: formulaCode(quickly, { plan: ([a]) => [call(quick, a)], combine: ([x]) => x }),
};
const blocksMs = 50;

function setUp({ threads }: { readonly threads?: HandlerThreads } = {}) {
  const turns = testPlatform();
  const clock = { blockedMs: 0 };
  const platform = { ...turns, nowMs: () => turns.nowMs() + clock.blockedMs };
  const broker = fakeBroker(platform);
  const events: BusEvent[] = [];
  const shared = {
    catalogue,
    openLink: broker.openLink,
    platform,
    onEvent: (event: BusEvent) => void events.push(event),
  };
  /** The calls that ran, in order. */
  const runs: number[] = [];
  let ran: (() => void) | undefined;
  const waiting: (() => void)[] = [];
  const handlers = {
    block(input: number) {
      clock.blockedMs += blocksMs;
      runs.push(input);
      ran?.();
      return input;
    },
    wait: (input: number) => new Promise<number>((resolve) => void waiting.push(() => resolve(input))),
    quick: (input: number) => input,
  };
  const server = serveFormulas({ ...shared, handlers, formulas, threads, operationTimeoutMs: 2_000 });
  function client() {
    const bus = open({ role: 'client', ...shared });
    const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent: shared.onEvent });
    const formulaClient = createFormulaClient(bus, catalogue, requests);
    const outcomes: (Success | Failure)[] = [];
    return {
      outcomes,
      statuses: createStatusClient(bus, requests),
      cancel: formulaClient.cancel,
      ask: (name: keyof typeof catalogue.formulas, operand: number, timeoutMs = 60_000) =>
        formulaClient.ask({
          formula: catalogue.formulas[name],
          operands: [operand],
          timeoutMs,
          settle: (outcome) => void outcomes.push(outcome),
        }),
    };
  }
  const clients = { first: client(), second: client(), other: client() };
  broker.activate(1);
  platform.pass(50);
  return {
    ...clients,
    platform,
    broker,
    clock,
    runs,
    waiting,
    events,
    server,
    onRun: (then: () => void) => {
      ran = then;
    },
    opServer: (operations: readonly string[]) => serveOperations({ ...shared, handlers, operations, lanes: 'all' }),
  };
}

/** A calc-server that already knows that no op-server listens. */
function setUpAlone(given: Parameters<typeof setUp>[0] = {}) {
  const made = setUp(given);
  made.other.ask('blocked', 0);
  made.other.ask('quickly', 0);
  made.platform.pass(1_000);
  expect(made.other.outcomes).toHaveLength(2);
  made.runs.length = 0;
  made.other.outcomes.length = 0;
  return made;
}

test('the time without calls to compute does not count as time of handlers', () => {
  const { first, platform, broker } = setUpAlone();
  const beats = (): number => broker.passed.filter(({ topic }) => topic.startsWith('calc.beat')).length;
  first.ask('quickly', 1);
  platform.pass(5);
  first.ask('quickly', 2);
  platform.pass(100);
  const before = beats();
  first.ask('quickly', 3);
  platform.pass(100);
  expect([first.outcomes.length, beats() - before]).toEqual([3, 0]);
});

test('calls without an op-server are computed once each, and the clients take turns', () => {
  const { first, second, platform, runs } = setUpAlone();
  for (let nth = 1; nth <= 50; nth += 1) first.ask('blocked', nth);
  for (let nth = 51; nth <= 100; nth += 1) second.ask('blocked', nth);
  platform.pass(10_000);
  expect(first.outcomes.map((outcome) => 'value' in outcome && outcome.value)).toEqual(runs.filter((nth) => nth <= 50));
  expect([first.outcomes.length, second.outcomes.length]).toEqual([50, 50]);
  expect([...runs].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  // The first client had one or two runs before the second sent calls, which the second may make up for.
  const ofSecond = runs.slice(2, 12).filter((nth) => nth > 50).length;
  expect([5, 6]).toContain(ofSecond);
  expect(runs.slice(12, 92).filter((nth) => nth > 50)).toHaveLength(40);
});

test('between computed calls, formulas and status requests of others are answered', async () => {
  const { first, second, other, platform, runs } = setUpAlone();
  for (let nth = 1; nth <= 50; nth += 1) first.ask('blocked', nth);
  for (let nth = 51; nth <= 100; nth += 1) second.ask('blocked', nth);
  const nextTurn = async (): Promise<void> => {
    platform.turn();
    for (let task = 0; task < 10; task += 1) await Promise.resolve();
  };
  while (runs.length < 10) await nextTurn();
  other.ask('quickly', 7);
  let runsAtStatus: number | undefined;
  void other.statuses.ask(60_000).then(() => (runsAtStatus = runs.length));
  while (other.outcomes.length === 0) await nextTurn();
  expect(runs.length).toBeLessThanOrEqual(14);
  while (runsAtStatus === undefined) await nextTurn();
  expect(runsAtStatus).toBeLessThan(20);
  platform.settle();
  expect(runs).toHaveLength(100);
});

test('a call that is cancelled before its turn is not computed', () => {
  const { first, second, platform, runs, onRun, server } = setUpAlone();
  const seqs = Array.from({ length: 50 }, (_, index) => first.ask('blocked', index + 1));
  for (let nth = 51; nth <= 60; nth += 1) second.ask('blocked', nth);
  onRun(() => {
    if (runs.length === 3) seqs.forEach(first.cancel);
  });
  platform.pass(10_000);
  expect(second.outcomes).toHaveLength(10);
  // One more call had its turn before the cancellation arrived.
  expect(runs.filter((nth) => nth <= 50).length).toBeLessThanOrEqual(4);
  expect(server.report()).toMatchObject({ inFlight: 0, tables: { fallbacks: 0 } });
});

test('the status counts the calls that wait for the handlers of the calc-server', () => {
  const { first, platform, runs, onRun, server } = setUpAlone();
  for (let nth = 1; nth <= 10; nth += 1) first.ask('blocked', nth);
  const queued: (number | undefined)[] = [];
  onRun(() => void queued.push(server.report().queued));
  platform.pass(10_000);
  expect(runs).toHaveLength(10);
  expect(Math.max(...queued.map((count = 0) => count))).toBeGreaterThanOrEqual(5);
  expect(server.report().queued).toBe(0);
});

test('a call whose deadline passes before its turn is not computed', () => {
  const { first, platform, runs } = setUpAlone();
  for (let nth = 1; nth <= 10; nth += 1) first.ask('blocked', nth, 120);
  platform.pass(10_000);
  expect(runs.length).toBeLessThanOrEqual(3);
  expect(first.outcomes).toHaveLength(10);
});

test('the clients of a calc-server are told before it computes a call that may block it', () => {
  const { first, broker, platform, runs, onRun } = setUpAlone();
  broker.passed.length = 0;
  first.ask('blocked', 1);
  let toldBefore = false;
  onRun(() => {
    toldBefore = runs.length === 1 && broker.passed.some(({ topic }) => topic.startsWith('calc.beat.'));
  });
  platform.pass(10);
  expect(toldBefore).toBe(true);
});

test('calls that wait for something are computed at the same time', () => {
  const { first, platform, waiting } = setUpAlone();
  for (let nth = 1; nth <= 100; nth += 1) first.ask('waited', nth);
  platform.pass(600);
  expect(waiting).toHaveLength(16);
});

test('with threads, as many calls are computed at once as there are threads', () => {
  const begun: string[] = [];
  const threads: HandlerThreads = {
    use: 'always',
    count: 2,
    usable: () => true,
    processor: createProcessorTime(),
    inUse: () => ({ threads: 2, threadsBusy: begun.length }),
    run(name) {
      begun.push(name);
      return new Promise(() => undefined);
    },
  };
  const { first, platform } = setUp({ threads });
  for (let nth = 1; nth <= 10; nth += 1) first.ask('blocked', nth);
  platform.pass(600);
  expect(begun).toEqual(['block', 'block']);
});

test('with threads, clients take turns by how long their calls occupy a thread', async () => {
  const begun: number[] = [];
  const threads: HandlerThreads = {
    use: 'always',
    count: 1,
    usable: () => true,
    processor: createProcessorTime(),
    inUse: () => ({ threads: 1, threadsBusy: begun.length }),
    run(_name, input) {
      const nth = input as number;
      begun.push(nth);
      return new Promise((resolve) => {
        platform.after(nth <= 50 ? 500 : 50, () => resolve({ output: nth, blockedMs: 0 }));
      });
    },
  };
  const { first, second, platform } = setUp({ threads });
  for (let nth = 1; nth <= 50; nth += 1) first.ask('blocked', nth, 60_000);
  for (let nth = 51; nth <= 100; nth += 1) second.ask('blocked', nth, 60_000);
  for (let step = 0; step < 500; step += 1) {
    platform.pass(10);
    for (let settled = 0; settled < 20; settled += 1) await Promise.resolve();
  }
  const ofSecond = begun.filter((nth) => nth > 50).length;
  expect(begun.length - ofSecond).toBeGreaterThan(1);
  expect(ofSecond).toBeGreaterThan(3 * (begun.length - ofSecond));
});

test('calls wait for an op-server without room, and are not computed by the calc-server', () => {
  const { first, platform, waiting, runs, opServer, events } = setUp();
  opServer(['wait']);
  platform.pass(50);
  for (let nth = 1; nth <= 3_000; nth += 1) first.ask('waited', nth, 30_000);
  platform.pass(5_000);
  expect([waiting.length < 3_000, runs]).toEqual([true, []]);
  expect(events.filter(({ event }) => event === 'fallback')).toEqual([]);
});
