import type { Failure, HandlersOf, Success } from '@cateto/contracts';
import {
  call,
  createCodec,
  defineCatalogue,
  encodeBeat,
  failure,
  Finite,
  formula,
  formulaCode,
  operation,
} from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { BusEvent } from './participant/events.ts';
import { fakeBroker, testPlatform } from './participant/fake-link.test-support.ts';
import { createFormulaClient } from './client/formula-client.ts';
import { serveFormulas } from './calc-server/formula-server.ts';
import { open } from './participant/bus.ts';
import { serveOperations } from './op-server/operation-server.ts';
import { createRequesterDriver } from './participant/requester-driver.ts';
import { createStatusClient } from './client/status.ts';
import { createProcessorTime } from './threads/processor-time.ts';
import type { HandlerThreads } from './runs/handler-threads.ts';

/*
 * Client, calc-server and op-servers with their real machines and drivers, on a broker in memory and a clock that the
 * test moves.
 */

const double = operation({
  name: 'double',
  description: 'Twice its input.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 2 },
  work: { fallback: 'late', lanes: 'fixed' },
});
const text = operation({
  name: 'text',
  description: 'So many characters.',
  input: Finite,
  output: z.string(),
  example: { input: 1, output: 'x' },
});
const sum = formula({
  name: 'sum',
  description: 'Twice a and twice b.',
  operands: [
    ['a', Finite],
    ['b', Finite],
  ],
  output: Finite,
  example: { operands: [1, 2], output: 6 },
});
const long = formula({
  name: 'long',
  description: 'A text of so many characters.',
  operands: [['a', Finite]],
  output: z.string(),
  example: { operands: [1], output: 'x' },
});
const lists = formula({
  name: 'lists',
  description: 'So many lists.',
  operands: [['a', Finite]],
  output: z.array(z.array(z.number())),
  example: { operands: [1], output: [[]] },
});
const catalogue = defineCatalogue({ operations: { double, text }, formulas: { sum, long, lists } });

const formulas = {
  sum: formulaCode(sum, { plan: ([a, b]) => [call(double, a), call(double, b)], combine: ([x, y]) => x + y }),
  long: formulaCode(long, { plan: ([a]) => [call(text, a)], combine: ([made]) => made }),
  lists: formulaCode(lists, {
    plan: ([a]) => [call(double, a)],
    combine: (_, [a]) => Array.from({ length: a }, () => []),
  }),
};
const handlers = { double: (x: number) => 2 * x, text: (x: number) => 'x'.repeat(x) };

function setUp() {
  const platform = testPlatform();
  const broker = fakeBroker(platform);
  const { openLink } = broker;
  const events: BusEvent[] = [];
  const onEvent = (event: BusEvent): void => void events.push(event);
  const shared = { catalogue, openLink, platform, onEvent };

  const bus = open({ role: 'client', ...shared });
  const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent });
  const client = createFormulaClient(bus, catalogue, requests);
  const outcomes: (Success | Failure)[] = [];

  return {
    platform,
    broker,
    events,
    outcomes,
    statuses: createStatusClient(bus, requests),
    ask(name: 'sum' | 'long' | 'lists', operands: number[], timeoutMs = 5_000) {
      const settle = (outcome: Success | Failure): void => void outcomes.push(outcome);
      return client.ask({ formula: catalogue.formulas[name], operands, timeoutMs, settle });
    },
    cancel: client.cancel,
    opServer: (
      given: Partial<HandlersOf<typeof catalogue>> = {},
      lanes: readonly (1 | 2)[] = [1, 2],
      threads?: HandlerThreads,
    ) => serveOperations({ ...shared, handlers: { ...handlers, ...given }, threads, operations: 'all', lanes }),
    calcServer: () => serveFormulas({ ...shared, handlers, formulas, operationTimeoutMs: 2_000 }),
  };
}

/** A system in which all participants know each other. */
function setUpReady() {
  const made = setUp();
  const servers = { op: made.opServer(), calc: made.calcServer() };
  made.broker.activate(1);
  made.platform.pass(50);
  return { ...made, servers };
}

describe('a request', () => {
  test('a request is answered, each call by the op-server of its lane', () => {
    const { ask, outcomes, platform } = setUpReady();
    ask('sum', [3, 4]);
    platform.settle();
    expect(outcomes).toEqual([{ value: 14, fallbacks: [] }]);
  });

  test('after a large answer, further requests for its formula are paced by its size, until an answer is small', () => {
    const { ask, outcomes, platform, broker, opServer, calcServer } = setUp();
    const begun: ((made: string) => void)[] = [];
    opServer({ text: (size) => (size > 1 ? 'x'.repeat(size) : new Promise((resolve) => begun.push(resolve))) });
    calcServer();
    broker.activate(1);
    platform.pass(50);
    ask('long', [1_500_000]);
    platform.pass(50);
    expect(outcomes).toHaveLength(1);
    for (let nth = 1; nth <= 5; nth += 1) ask('long', [1], 60_000);
    platform.pass(20);
    expect(begun).toHaveLength(1);
    platform.pass(100);
    expect(begun).toHaveLength(2);
    ask('long', [2]);
    platform.pass(500);
    expect(begun).toHaveLength(5);
    for (let nth = 1; nth <= 5; nth += 1) ask('long', [1], 60_000);
    platform.pass(50);
    expect(begun).toHaveLength(10);
  });

  test('a request sent before there is a broker is answered as soon as everything is there', () => {
    const { ask, outcomes, platform, broker, opServer, calcServer } = setUp();
    ask('sum', [3, 4]);
    platform.pass(1_000);
    opServer();
    calcServer();
    platform.pass(1_000);
    expect(outcomes).toEqual([]);
    broker.activate(1);
    platform.pass(10);
    expect(outcomes).toEqual([{ value: 14, fallbacks: [] }]);
  });

  test('a request whose answer is lost is resent, and answered from memory without running again', () => {
    const made = setUp();
    let runs = 0;
    made.opServer({
      double: (x) => {
        runs += 1;
        return 2 * x;
      },
    });
    made.calcServer();
    made.broker.activate(1);
    made.platform.pass(50);
    let lost = 0;
    made.broker.lose = (topic) => {
      if (!topic.includes('.result') || lost >= 3) return false;
      lost += 1;
      return true;
    };
    made.ask('sum', [3, 4]);
    made.platform.pass(3_000);
    expect(made.outcomes).toEqual([{ value: 14, fallbacks: [] }]);
    expect(runs).toBe(2);
    expect(lost).toBe(3);
  });

  test('a request in flight when the broker changes is answered through the next broker', () => {
    const { ask, outcomes, platform, broker } = setUpReady();
    broker.lose = () => true;
    ask('sum', [3, 4]);
    platform.settle();
    broker.deactivate();
    platform.pass(20);
    broker.lose = () => false;
    broker.activate(2);
    platform.pass(20);
    expect(outcomes).toEqual([{ value: 14, fallbacks: [] }]);
  });

  test('a cancelled request settles at once, and its late answer is dropped', () => {
    const { ask, cancel, outcomes, platform } = setUpReady();
    cancel(ask('sum', [3, 4]));
    platform.pass(100);
    expect(outcomes).toMatchObject([{ code: 'cancelled' }]);
  });
});

describe('the calc-server', () => {
  test('the calc-server computes calls without an op-server, and says so in the result and once in the log', () => {
    const { ask, outcomes, platform, broker, events, calcServer } = setUp();
    calcServer();
    broker.activate(1);
    platform.pass(50);
    for (let asked = 0; asked < 10; asked += 1) ask('sum', [3, 4]);
    platform.pass(10);
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => ({ value: 14, fallbacks: [1, 2] })));
    const fallbacks = () => events.filter(({ event }) => event === 'fallback');
    expect(fallbacks()).toMatchObject([
      { operation: 'double', lane: 1, cause: 'no-listener', count: 1 },
      { operation: 'double', lane: 2, cause: 'no-listener', count: 1 },
    ]);
    platform.pass(1_100);
    expect(fallbacks().slice(2)).toMatchObject([{ count: 9 }, { count: 9 }]);
  });

  test('the calc-server falls back when an op-server does not answer in time, and later calls do not wait for that server', () => {
    const { ask, outcomes, platform, broker, opServer, calcServer } = setUp();
    opServer({ double: () => new Promise(() => undefined) }, [1]);
    opServer({}, [2]);
    calcServer();
    broker.activate(1);
    platform.pass(50);
    ask('sum', [3, 4]);
    platform.pass(1_990);
    expect(outcomes).toEqual([]);
    platform.pass(20);
    expect(outcomes).toEqual([{ value: 14, fallbacks: [1] }]);
    ask('sum', [3, 4]);
    platform.pass(10);
    expect(outcomes[1]).toEqual({ value: 14, fallbacks: [1] });
  });

  test('the calc-server falls back in time for a client with a short deadline', () => {
    const { ask, outcomes, platform, broker, opServer, calcServer } = setUp();
    opServer({ double: () => new Promise(() => undefined) });
    calcServer();
    broker.activate(1);
    platform.pass(50);
    ask('sum', [3, 4], 500);
    platform.pass(500);
    expect(outcomes).toEqual([{ value: 14, fallbacks: [1, 2] }]);
  });

  test('the calc-server runs handlers in threads within its deadline, and passes on their failures', async () => {
    const asked: [string, unknown, number][] = [];
    const run: HandlerThreads['run'] = (name, input, { leftMs }) => {
      asked.push([name, input, leftMs]);
      return input === 3 ? Promise.resolve({ output: 6, blockedMs: 1 }) : Promise.reject(new Error('its thread ended'));
    };
    const { ask, outcomes, events, platform, broker, opServer, calcServer } = setUp();
    opServer({}, [1, 2], {
      use: 'always',
      inUse: () => ({ threads: 2, threadsBusy: 0 }),
      usable: () => true,
      processor: createProcessorTime(),
      count: 2,
      run,
    });
    calcServer();
    broker.activate(1);
    platform.pass(50);
    ask('sum', [3, 4], 1_000);
    // Promises settle between the turns of the test's clock.
    for (let turn = 0; outcomes.length === 0 && turn < 100; turn += 1) {
      platform.settle();
      await Promise.resolve();
    }
    expect(asked.map(([name, input]) => [name, input])).toEqual([
      ['double', 3],
      ['double', 4],
    ]);
    for (const [, , withinMs] of asked) {
      expect(withinMs).toBeGreaterThan(0);
      expect(withinMs).toBeLessThanOrEqual(1_000);
    }
    expect(outcomes).toMatchObject([{ code: 'internal' }]);
    expect(events).toContainEqual(expect.objectContaining({ event: 'handler-failed', message: 'its thread ended' }));
  });

  test('the calc-server passes on failures that the operands cause, and exceptions of handlers as `internal`', () => {
    const { ask, outcomes, events, platform, broker, opServer, calcServer } = setUp();
    opServer({
      double: (x) => {
        if (x > 10) throw new RangeError('too much');
        return failure('out-of-domain', 'no');
      },
    });
    calcServer();
    broker.activate(1);
    platform.pass(50);
    ask('sum', [3, 4]);
    ask('sum', [30, 40]);
    platform.pass(10);
    expect(outcomes).toMatchObject([{ code: 'out-of-domain', message: 'no' }, { code: 'internal' }]);
    expect(events).toContainEqual(expect.objectContaining({ event: 'handler-failed', message: 'too much' }));
  });
});

describe('large and broken messages', () => {
  test('a result above the limit is an `internal` failure, not a silence', () => {
    const { ask, outcomes, platform } = setUpReady();
    ask('long', [5_000_000]);
    platform.pass(100);
    expect(outcomes).toMatchObject([{ code: 'internal' }]);
  });

  test('a batch that would not fit a frame is sent in parts', () => {
    const { ask, outcomes, platform } = setUpReady();
    for (let asked = 0; asked < 12; asked += 1) ask('long', [200_000]);
    platform.pass(100);
    expect(outcomes.map((outcome) => ('value' in outcome ? (outcome.value as string).length : outcome))).toEqual(
      Array.from({ length: 12 }, () => 200_000),
    );
  });

  test('a batch with more parts than a reader accepts is sent in several frames', () => {
    const { ask, outcomes, platform } = setUpReady();
    const parts = 50_000;
    for (let asked = 0; asked < 12; asked += 1) ask('lists', [parts]);
    platform.pass(100);
    expect(outcomes.map((outcome) => ('value' in outcome ? (outcome.value as unknown[]).length : outcome))).toEqual(
      Array.from({ length: 12 }, () => parts),
    );
  });

  test('garbage on a topic is dropped, counted by kind, and reported at most once a second', () => {
    const { events, platform, broker, servers, ask, outcomes } = setUpReady();
    const topic = `calc.double.request.1.${servers.op.address}`;
    const beat = {
      rank: 'primary',
      state: 'active',
      epoch: 1,
      incarnation: 'a'.repeat(12),
      address: 'a'.repeat(12),
      counters: {},
    } as const;
    for (let sent = 0; sent < 100; sent += 1) {
      broker.inject(topic, Buffer.from('twelve'));
      broker.inject(topic, encodeBeat(beat));
    }
    platform.pass(2_100);
    const dropped = events.filter((event) => event.event === 'message-dropped');
    expect(dropped).toEqual([
      { event: 'message-dropped', topic: 'calc.double.request.1', cause: 'not-messagepack', count: 1 },
      { event: 'message-dropped', topic: 'calc.double.request.1', cause: 'not-a-batch', count: 1 },
      { event: 'message-dropped', topic: 'calc.double.request.1', cause: 'not-messagepack', count: 99 },
      { event: 'message-dropped', topic: 'calc.double.request.1', cause: 'not-a-batch', count: 99 },
    ]);
    ask('sum', [3, 4]);
    platform.settle();
    expect(outcomes).toEqual([{ value: 14, fallbacks: [] }]);
  });
});

describe('a server', () => {
  test('a server is ready when its return path is confirmed, and listens only then', () => {
    const { broker, platform, events, opServer } = setUp();
    opServer();
    platform.pass(500);
    expect(events).toEqual([]);
    broker.activate(1);
    platform.pass(20);
    expect(events.map(({ event }) => event)).toEqual(['ready']);
  });

  test('a server answers status requests over the bus', async () => {
    const { statuses, platform, servers } = setUpReady();
    const asked = statuses.ask(500);
    platform.settle();
    await Promise.resolve();
    await Promise.resolve();
    platform.pass(10);
    const answers = await asked;
    expect(answers.map(({ address }) => address).toSorted()).toEqual(
      [servers.op.address, servers.calc.address].toSorted(),
    );
    expect(answers.find(({ role }) => role === 'op-server')).toMatchObject({
      serves: ['double.1', 'double.2', 'text.1', 'text.2'],
      host: 'test-host',
      pid: 1,
    });
  });

  test('a server answers any number of status requests, and does not count or remember them as work', async () => {
    const { broker, platform, statuses, servers } = setUpReady();
    const codec = createCodec();
    for (let round = 0; round < 10; round += 1) {
      const asked = Array.from({ length: 128 }, (_, index) => [1 + index, 1_000]);
      broker.inject(`calc.status.request.${servers.op.address}`, codec.encode('strangestran', 1, asked));
    }
    platform.settle();
    const answered = broker.passed
      .filter(({ topic }) => topic === 'calc.status.result.strangestran')
      .map(({ body }) => codec.decode(body));
    expect(answered.flatMap((batch) => (typeof batch === 'string' ? [] : batch.messages))).toHaveLength(1_280);
    const asking = statuses.ask(500);
    platform.settle();
    await Promise.resolve();
    await Promise.resolve();
    platform.pass(10);
    expect((await asking).find(({ role }) => role === 'op-server')).toMatchObject({ inFlight: 0, answered: 0 });
  });

  test('a draining server withdraws, answers its running requests, then stops', async () => {
    const { platform, broker, opServer, calcServer, ask, outcomes, events } = setUp();
    let release: ((value: number) => void) | undefined;
    const op = opServer({ double: () => new Promise<number>((resolve) => (release = resolve)) }, [1]);
    calcServer();
    broker.activate(1);
    platform.pass(50);
    ask('sum', [3, 4]);
    platform.pass(5);
    const drained = op.drain();
    platform.pass(5);
    expect(events.map(({ event }) => event)).toContain('draining');
    expect(events.map(({ event }) => event)).not.toContain('stopped');
    release?.(6);
    await drained;
    platform.pass(10);
    expect(outcomes).toEqual([{ value: 14, fallbacks: expect.any(Array) }]);
    expect(events.map(({ event }) => event)).toContain('stopped');
  });
});
