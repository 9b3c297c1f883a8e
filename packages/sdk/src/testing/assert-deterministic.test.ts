import type { FormulaGenerator } from '@cateto/contracts';
import {
  all,
  call,
  declaredFailure,
  defineCatalogue,
  defineSystem,
  failure,
  Finite,
  formula,
  formulaCode,
  isFailure,
  map,
  operation,
} from '@cateto/contracts';
import { expect, test } from 'vitest';
import { assertDeterministic } from './assert-deterministic.ts';
import { simulate } from './simulate.ts';

const shape = { description: 'A number.', input: Finite, output: Finite, example: { input: 1, output: 2 } };
const double = operation({ name: 'double', ...shape });
const refuse = operation({ name: 'refuse', ...shape });
const total = formula({
  name: 'total',
  description: 'A number.',
  operands: [['count', Finite]],
  output: Finite,
  example: { operands: [5], output: 20 },
});
const half = formula({ ...total, name: 'half', example: { operands: [5], output: 5 }, failures: { stopped: Finite } });
const catalogue = defineCatalogue({ operations: { double, refuse }, formulas: { total, half } });
const finished: number[] = [];
const handlers = {
  double(input: number) {
    finished.push(input);
    return 2 * input;
  },
  refuse: (input: number) => failure(input < 3 ? 'out-of-domain' : 'invalid-request', `no ${input}`),
};

function systemWith(steps: FormulaGenerator<typeof total>['steps']) {
  const formulas = {
    total: formulaCode(total, steps),
    half: formulaCode(half, { plan: ([a]) => [call(double, a)], combine: ([x]) => x / 2 }),
  };
  return defineSystem({ catalogue, handlers, formulas });
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('formulas that give one outcome, whatever the order in which their calls end, are deterministic', async () => {
  const system = systemWith(function* ([count]) {
    const doubled = yield* map(double, numbers(count));
    const failed = yield* map(refuse, [1], { onFailure: 'collect' });
    try {
      yield* call(refuse, 2);
    } catch (error) {
      if (!isFailure(error)) throw error;
    }
    const { more } = yield* all({ more: map(double, doubled) });
    return more.length + failed.length;
  });
  await assertDeterministic(system);
  await assertDeterministic({ ...system, formulas: () => system.formulas }, { operands: { total: [[1], [40]] } });
});

test('a formula whose value depends on the order in which its calls end is found, with its operands and both values', async () => {
  const system = systemWith(function* () {
    finished.length = 0;
    yield* map(double, numbers(20));
    return 1;
  });
  const broken = {
    ...system,
    formulas: {
      ...system.formulas,
      half: formulaCode(half, { plan: () => [call(double, 1), call(double, 2)], combine: () => finished.at(-1) ?? 0 }),
    },
  };
  await expect(assertDeterministic(broken, { operands: { total: [] } })).rejects.toThrow(
    /^half\(5\) is not deterministic: it gave [12], and when its calls ended in another order it gave [12]$/,
  );
});

test('a formula that fails in different ways is found', async () => {
  const system = systemWith(function* () {
    yield* map(refuse, numbers(6));
    return 1;
  });
  await expect(assertDeterministic(system)).rejects.toThrow(
    'total(5) is not deterministic: it failed with out-of-domain, and when its calls ended in another order it failed with invalid-request',
  );
});

test('a formula that fails with different data is found, with the data', async () => {
  const system = systemWith(function* () {
    yield* map(double, numbers(20));
    return 1;
  });
  const stopped = formulaCode(half, {
    plan: () => [call(double, 1), call(double, 2)],
    combine: () => declaredFailure(half, 'stopped', finished.at(-1) ?? 0),
  });
  const broken = { ...system, formulas: { ...system.formulas, half: stopped } };
  await expect(assertDeterministic(broken, { operands: { total: [] } })).rejects.toThrow(
    /^half\(5\) is not deterministic: it failed with stopped and [12], and when .* it failed with stopped and [12]$/,
  );
});

let runs = 0;

test.each<readonly [string, FormulaGenerator<typeof total>['steps'], RegExp]>([
  [
    'yields other inputs',
    function* () {
      runs += 1;
      return yield* call(double, runs);
    },
    /total is not deterministic: run again, its step 1 was another one/,
  ],
  [
    'yields one step more',
    function* () {
      runs += 1;
      if (runs % 2 === 0) yield* call(double, 1);
      return 1;
    },
    /total is not deterministic: run again, it (yielded a step 1|ended before step 1)/,
  ],
  [
    'returns another value',
    function* () {
      yield* call(double, 1);
      runs += 1;
      return runs;
    },
    /total is not deterministic: run again, it returned another value/,
  ],
])(
  'a generator that %s when it runs again is found by the test kit, in a test of any kind',
  async (_what, steps, message) => {
    const system = systemWith(steps);
    await expect(assertDeterministic(system)).rejects.toThrow(message);
    const network = simulate();
    network.serve(system);
    await expect(network.connect({ catalogue }).total(1)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(message) as string,
    });
  },
);

test.each([
  ['is no generator', (): unknown => 7],
  ['is asynchronous', async (): Promise<number> => Promise.reject(new Error('unseen'))],
  [
    'is an asynchronous generator',
    async function* (): AsyncGenerator<number> {
      yield 1;
    },
  ],
])('in a simulated system, a formula whose code %s fails as on a server', async (_what, steps) => {
  const network = simulate();
  network.serve({ ...systemWith(steps as never), exposeErrors: true });
  await expect(network.connect({ catalogue }).total(5)).rejects.toThrow(/its code is not a synchronous generator/);
});

test('in a simulated system, the promise that a generator returns is refused, and its rejection is handled', async () => {
  const network = simulate();
  const steps = function* (): Generator<never, Promise<never>> {
    yield* [];
    return Promise.reject(new Error('unseen'));
  };
  network.serve({ ...systemWith(steps as never), exposeErrors: true });
  await expect(network.connect({ catalogue }).total(5)).rejects.toThrow(/a Promise cannot be sent/);
});
