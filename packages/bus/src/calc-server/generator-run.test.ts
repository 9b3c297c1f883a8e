import type { AnyFormulaCode, Failure, Success } from '@cateto/contracts';
import {
  all,
  allSettled,
  call,
  defineCatalogue,
  failure,
  Finite,
  formula,
  formulaCode,
  isFailure,
  limits,
  map,
  operation,
} from '@cateto/contracts';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createFormulaClient } from '../client/formula-client.ts';
import { serveOperations } from '../op-server/operation-server.ts';
import { open } from '../participant/bus.ts';
import type { BusEvent } from '../participant/events.ts';
import { fakeBroker, testPlatform } from '../participant/fake-link.test-support.ts';
import { createRequesterDriver } from '../participant/requester-driver.ts';
import { serveFormulas } from './formula-server.ts';

/* One formula in steps, between a real client, a real calc-server and a real op-server on a network in memory. */

const shape = { description: 'Its input.', input: Finite, output: z.unknown(), example: { input: 1, output: 1 } };
const double = operation({ name: 'double', ...shape });
/** Answers when the test says so. */
const wait = operation({ name: 'wait', ...shape });
const refuse = operation({ name: 'refuse', ...shape });
const fixed = operation({ name: 'fixed', ...shape, work: { lanes: 'fixed' } });
const big = operation({ name: 'big', ...shape });
/** Takes 100 ms. */
const slow = operation({ name: 'slow', ...shape });
const secret = operation({ name: 'secret', ...shape });
const work = formula({
  name: 'work',
  description: 'The result of its steps.',
  operands: [['a', Finite]],
  output: z.unknown(),
  example: { operands: [1], output: 1 },
  calls: [double, wait, refuse, fixed, big, slow],
});
const catalogue = defineCatalogue({
  operations: { double, wait, refuse, fixed, big, slow, secret },
  formulas: { work },
});

type Waits = { readonly input: number; resolve(output: number): void; readonly signal: AbortSignal };

function setUp(code: unknown, { opServer = true, exposeErrors = true, timeoutMs = 60_000, concurrency = 1_024 } = {}) {
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
  };
  const server = serveFormulas({
    ...shared,
    handlers,
    formulas: { work: code as AnyFormulaCode<typeof work> },
    operationTimeoutMs: 2_000,
    exposeErrors,
  });
  if (opServer) serveOperations({ ...shared, handlers, operations: 'all', lanes: 'all', concurrency });
  const bus = open({ role: 'client', ...shared });
  const requests = createRequesterDriver(bus.participant, { answerTimeoutMs: 2_000, onEvent: shared.onEvent });
  const client = createFormulaClient(bus, catalogue, requests);
  const outcomes: (Success | Failure)[] = [];
  const settle = (outcome: Success | Failure): void => void outcomes.push(outcome);
  broker.activate(1);
  platform.pass(50);
  const seq = client.ask({ formula: work, operands: [3], timeoutMs, settle });
  /** Lets promises of handlers and virtual time go on. */
  async function pass(ms: number): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) {
      platform.pass(ms / 5);
      for (let task = 0; task < 10; task += 1) await Promise.resolve();
    }
    platform.settle();
  }
  return { platform, events, ran, waiting, outcomes, server, pass, cancel: () => client.cancel(seq) };
}

/** The outcome of a formula with these steps. */
async function outcomeOf(code: unknown, options?: Parameters<typeof setUp>[1]) {
  const system = setUp(code, options);
  await system.pass(1_000);
  expect(system.outcomes).toHaveLength(1);
  expect(system.server.report()).toMatchObject({ inFlight: 0, tables: { open: 0, 'paused formulas': 0 } });
  const [outcome] = system.outcomes;
  return { ...system, outcome: outcome as Success | Failure };
}

const valueOf = (outcome: Success | Failure): unknown => (isFailure(outcome) ? outcome : outcome.value);

test('a generator gets the results of several rounds, of loops and of branches', async () => {
  const code = formulaCode(work, function* ([a]) {
    let sum = 0;
    for (let n = 1; n <= a; n += 1) sum += (yield* call(double, n)) as number;
    const { many, one } = yield* all({ many: map(double, [sum, 1]), one: call(double, 5) });
    const listed = yield* all([call(double, 7), map(double, [])]);
    if (sum === 0) yield* call(refuse, 1);
    return { sum, many, one, listed };
  });
  const { outcome } = await outcomeOf(code);
  expect(outcome).toMatchObject({ value: { sum: 12, many: [24, 2], one: 10, listed: [14, []] }, fallbacks: [] });
});

test('a generator without steps answers at once', async () => {
  // oxlint-disable-next-line require-yield
  const code = formulaCode(work, function* ([a]) {
    return a;
  });
  expect(valueOf((await outcomeOf(code)).outcome)).toBe(3);
});

describe('a map', () => {
  test('a map keeps its window in flight, and gives the results in the order of the inputs', async () => {
    const code = formulaCode(work, function* () {
      return yield* map(wait, [0, 1, 2, 3, 4], { concurrency: 2 });
    });
    const { waiting, outcomes, pass } = setUp(code);
    await pass(100);
    expect(waiting.map(({ input }) => input)).toEqual([0, 1]);
    waiting[1]?.resolve(10);
    await pass(100);
    expect(waiting.map(({ input }) => input)).toEqual([0, 1, 2]);
    for (const nth of [2, 3, 4]) {
      waiting[nth]?.resolve(10 * nth);
      await pass(100);
    }
    expect(waiting).toHaveLength(5);
    waiting[0]?.resolve(0);
    await pass(100);
    expect(outcomes.map(valueOf)).toEqual([[0, 10, 20, 30, 40]]);
  });

  test('a map has 256 calls in flight unless told otherwise', async () => {
    const code = formulaCode(work, function* () {
      return yield* map(wait, Array(300).fill(1));
    });
    const { server, pass } = setUp(code);
    await pass(100);
    expect(server.report()).toMatchObject({ inFlight: 1, tables: { open: 256 } });
  });

  test('a map computes each input once', async () => {
    const inputs = Array.from({ length: 2_000 }, (_, index) => index);
    const code = formulaCode(work, function* () {
      return yield* map(double, inputs);
    });
    const { ran, outcome } = await outcomeOf(code);
    expect(valueOf(outcome)).toEqual(inputs.map((input) => 2 * input));
    expect(ran.toSorted((a, b) => a - b)).toEqual(inputs);
  });

  test('a map that collects has each failure among its results', async () => {
    const code = formulaCode(work, function* () {
      const results = yield* all({ failed: map(refuse, [1, 2], { onFailure: 'collect' }), doubled: map(double, [4]) });
      return results.failed.map((each) => (isFailure(each) ? [each.code, each.message] : each));
    });
    expect(valueOf((await outcomeOf(code)).outcome)).toEqual([
      ['out-of-domain', 'no 1'],
      ['out-of-domain', 'no 2'],
    ]);
  });

  test('an input that does not fit its operation fails its call only, as a fault of the formula', async () => {
    const code = formulaCode(work, function* () {
      const results = yield* map(double, [1, Number.NaN], { onFailure: 'collect' });
      return results.map((each) => (isFailure(each) ? each.code : each));
    });
    const { outcome, events } = await outcomeOf(code);
    expect(valueOf(outcome)).toEqual([2, 'internal']);
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'handler-failed',
        name: 'work',
        part: 'generator',
        message: expect.stringContaining('the call of double: input: Invalid input') as string,
      }),
    );
  });
});

test('a call that is refused because too many calls of its map wait is requested again, and not the others', async () => {
  // 300 calls of 100 ms, one after the other, in 32 s: a call that waits behind 256 others would be refused.
  const code = formulaCode(work, function* () {
    return (yield* map(
      slow,
      Array.from({ length: 300 }, (_, index) => index),
    )).length;
  });
  const { ran, outcomes, pass } = setUp(code, { timeoutMs: 32_000, concurrency: 1 });
  for (let step = 0; step < 330; step += 1) await pass(100);
  expect(outcomes.map(valueOf)).toEqual([300]);
  expect(ran).toHaveLength(300);
});

describe('failures', () => {
  test('a failed call fails its formula with the same failure, and the other calls are cancelled', async () => {
    const code = formulaCode(work, function* () {
      return yield* all([map(wait, [1, 2]), call(refuse, 3)]);
    });
    const { outcome, waiting } = await outcomeOf(code);
    expect(outcome).toMatchObject({ code: 'out-of-domain', message: 'no 3' });
    expect(waiting.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  test('a generator can catch a failed call, and gets the failure as a value with its code', async () => {
    const code = formulaCode(work, function* () {
      try {
        return yield* call(refuse, 1);
      } catch (error) {
        return [isFailure(error) && error.code, yield* call(double, 21)];
      }
    });
    expect(valueOf((await outcomeOf(code)).outcome)).toEqual(['out-of-domain', 42]);
  });

  test('allSettled waits for every part, and has the failure of each part that failed', async () => {
    const code = formulaCode(work, function* () {
      const settled = yield* allSettled({ one: call(double, 1), bad: map(refuse, [1, 2]), many: map(double, [2]) });
      return { ...settled, bad: isFailure(settled.bad) && settled.bad.code };
    });
    expect(valueOf((await outcomeOf(code)).outcome)).toEqual({ one: 2, bad: 'out-of-domain', many: [4] });
  });

  test.each([
    ['returns a collected failure', 'overloaded'],
    ['returns a failure of its own', 'out-of-domain'],
  ])('a formula that %s has it as its outcome', async (what, expected) => {
    const code = formulaCode(work, function* () {
      if (what.includes('own')) return failure('out-of-domain', 'mine');
      const [first] = yield* map(refuse, [1], { onFailure: 'collect' });
      return isFailure(first) ? first : 0;
    });
    const { outcome } = await outcomeOf(code);
    expect(outcome).toMatchObject({ code: expected === 'overloaded' ? 'out-of-domain' : expected });
  });

  test('a failure that the code of a formula may not have becomes internal, and the text names it', async () => {
    const code = formulaCode(work, function* () {
      yield* call(double, 1);
      throw failure('no-listener', 'nobody is here');
    });
    const { outcome } = await outcomeOf(code);
    expect(outcome).toMatchObject({
      code: 'internal',
      message: 'work: its code may not fail with no-listener (nobody is here)',
    });
  });
});

const otherForm = Object.defineProperty({}, Symbol.for('@cateto/contracts/step'), { value: 2 });

describe('a faulty generator', () => {
  test.each<readonly [string, () => unknown, RegExp]>([
    [
      'throws before its first step',
      function* () {
        throw new Error('broken');
      },
      /^broken$/,
    ],
    [
      'throws after a step',
      function* () {
        yield* call(double, 1);
        throw new Error('broken');
      },
      /^broken$/,
    ],
    [
      'yields a number',
      function* () {
        yield 1;
      },
      /it yielded something that is no step/,
    ],
    [
      'yields a promise',
      function* () {
        yield Promise.reject(new Error('unseen'));
      },
      /it yielded a promise/,
    ],
    [
      'yields a step of another version',
      function* () {
        yield otherForm;
      },
      /form 2, known here: 1.*install the same version/,
    ],
    [
      'has a part that is no step',
      function* () {
        yield all([1] as never);
      },
      /a part of a step is neither a call nor a map/,
    ],
    [
      'nests steps',
      function* () {
        yield all([all([])] as never);
      },
      /a part of a step is neither a call nor a map/,
    ],
    [
      'calls an operation that its contract does not list',
      function* () {
        yield call(secret, 1);
      },
      /secret is not among the operations that the contract of work lists/,
    ],
    [
      'calls an operation of another catalogue',
      function* () {
        yield call({ ...double, name: 'triple' }, 1);
      },
      /triple is not an operation of this catalogue/,
    ],
    [
      'maps too many inputs',
      function* () {
        yield map(
          double,
          Array.from({ length: limits.mapInputsMax + 1 }, () => 1),
        );
      },
      /a step of more than 10000 calls; divide/,
    ],
    [
      'maps with half a call at once',
      function* () {
        yield map(double, [1], { concurrency: 0.5 });
      },
      /concurrency of a map of double is not a whole number/,
    ],
    [
      'returns a value that does not fit',
      function* () {
        return () => 1;
      },
      /function cannot be sent/,
    ],
    [
      'yields empty steps without end',
      function* () {
        for (;;) yield* all([]);
      },
      /a formula may have 100000 calls/,
    ],
    [
      'is asynchronous',
      async function* () {
        yield* [];
        return 1;
      },
      /not a synchronous generator/,
    ],
    ['is no generator', () => 1, /not a synchronous generator/],
    [
      'returns a promise',
      async () => {
        throw new Error('unseen');
      },
      /not a synchronous generator/,
    ],
    [
      'catches its failures without end',
      function* () {
        for (;;)
          try {
            yield* map(
              refuse,
              Array.from({ length: 10_000 }, () => 1),
            );
          } catch {
            /* again */
          }
      },
      /a formula may have 100000 calls/,
    ],
    [
      'gets results without end',
      function* () {
        for (;;)
          yield* map(
            big,
            Array.from({ length: 10 }, () => 1_000_000),
          );
      },
      /results of a formula's calls may take 67108864 bytes/,
    ],
  ])('a generator that %s fails with internal, and the log names formula and cause', async (_what, steps, cause) => {
    const { outcome, events } = await outcomeOf({ formula: work, steps }, { exposeErrors: false });
    expect(outcome).toMatchObject({ code: 'internal' });
    expect((outcome as Failure).message).toMatch(/^work: .*under [a-z0-9]{12}-/);
    const failed = events.filter(({ event }) => event === 'handler-failed');
    expect(failed).toEqual([
      expect.objectContaining({ name: 'work', part: 'generator', message: expect.stringMatching(cause) as string }),
    ]);
  });

  test('a formula without time left ends, even if it catches every failure', async () => {
    const code = formulaCode(work, function* () {
      for (;;) {
        try {
          yield* call(wait, 1);
        } catch {
          yield* all([]);
        }
      }
    });
    const { server, outcomes, pass } = setUp(code, { timeoutMs: 500 });
    await pass(3_000);
    expect(outcomes).toMatchObject([{ code: 'deadline-exceeded' }]);
    expect(server.report()).toMatchObject({ inFlight: 0, tables: { open: 0 } });
  });
});

describe('fallbacks', () => {
  test('the answer lists each lane of computed calls once, 0 where none was fixed, and counts the calls', async () => {
    const code = formulaCode(work, function* () {
      yield* map(
        fixed,
        Array.from({ length: 20 }, (_, index) => index),
      );
      return yield* map(double, [1, 2, 3]);
    });
    const { outcome } = await outcomeOf(code, { opServer: false });
    expect(outcome).toEqual({ value: [2, 4, 6], fallbacks: [0, 1, 2, 3, 4, 5, 6, 7, 8], fallbackCount: 23 });
  });

  test('the calls of a round go to the lanes in turn when lanes are fixed', async () => {
    const code = formulaCode(work, function* () {
      return yield* all([map(fixed, [1, 2, 3]), call(fixed, 4)]);
    });
    const { outcome } = await outcomeOf(code, { opServer: false });
    expect(outcome).toMatchObject({ fallbacks: [1, 2, 3, 4] });
  });
});

test('steps and failures of another copy of the contracts are those of this one', async () => {
  vi.resetModules();
  const other = await import('@cateto/contracts');
  expect(other.call).not.toBe(call);
  const code = other.formulaCode(work, function* () {
    const { many } = yield* other.all({ many: other.map(double, [1, 2]) });
    const [failed] = yield* other.map(refuse, [1], { onFailure: 'collect' });
    return [many, other.isFailure(failed) && failed.code];
  });
  expect(valueOf((await outcomeOf(code)).outcome)).toEqual([[2, 4], 'out-of-domain']);
});

test('a cancelled formula cancels its calls, and asks no more', async () => {
  const code = formulaCode(work, function* () {
    return yield* map(wait, [1, 2, 3, 4], { concurrency: 2 });
  });
  const { waiting, server, pass, cancel } = setUp(code);
  await pass(100);
  cancel();
  await pass(100);
  expect(waiting.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  expect(server.report()).toMatchObject({ inFlight: 0, tables: { open: 0 } });
});
