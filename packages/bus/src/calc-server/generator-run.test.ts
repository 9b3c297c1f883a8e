import { all, allSettled, call, failure, formulaCode, isFailure, map } from '@cateto/contracts';
import { describe, expect, test, vi } from 'vitest';
import { double, wait, refuse, fixed, work, valueOf, setUp, outcomeOf } from './generator.test-support.ts';

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

  test.each([
    ['is caught', () => caught],
    ['is collected', () => collected],
    ['is settled', () => settled],
  ])('a fallback whose failure %s counts as a computed call', async (_what, code) => {
    const { outcome } = await outcomeOf(formulaCode(work, code()), { opServer: false });
    expect(outcome).toEqual({ value: 2, fallbacks: [0], fallbackCount: 2 });
  });

  function* caught() {
    try {
      yield* call(refuse, 1);
    } catch {
      return yield* call(double, 1);
    }
    return 0;
  }

  function* collected() {
    yield* map(refuse, [1], { onFailure: 'collect' });
    return yield* call(double, 1);
  }

  function* settled() {
    yield* allSettled([call(refuse, 1)]);
    return yield* call(double, 1);
  }

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

test('an equal contract calls the operation, and a different contract of the same name does not', async () => {
  const planOf = (operation: typeof double) =>
    formulaCode(work, { plan: () => [call(operation, 4)], combine: ([result]) => result });
  expect(valueOf((await outcomeOf(planOf({ ...double }))).outcome)).toBe(8);
  const { outcome } = await outcomeOf(planOf({ ...double, version: 2 }));
  expect(outcome).toMatchObject({
    code: 'internal',
    message: expect.stringMatching(/has another contract than double/),
  });
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
