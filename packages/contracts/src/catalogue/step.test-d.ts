import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { defineCatalogue } from './catalogue.ts';
import { Finite } from './finite.ts';
import type { FormulaCodesOf } from './formula-code.ts';
import { formulaCode } from './formula-code.ts';
import { formula } from './formula.ts';
import type { Failure } from '../messages/failures.ts';
import { failure, isFailure } from '../messages/failures.ts';
import { operation } from './operation.ts';
import { all, allSettled, call, map } from './step.ts';

const description = 'An example.';
const price = operation({
  name: 'price',
  description,
  input: z.object({ strike: Finite }),
  output: Finite,
  example: { input: { strike: 1 }, output: 1 },
});
const word = operation({
  name: 'word',
  description,
  input: Finite,
  output: z.string(),
  example: { input: 1, output: 'one' },
});
const other = operation({
  name: 'other',
  description,
  input: Finite,
  output: Finite,
  example: { input: 1, output: 1 },
});
const shape = {
  description,
  operands: [['options', z.array(z.object({ strike: Finite }))]] as const,
  output: Finite,
  example: { operands: [[{ strike: 1 }]] as [{ strike: number }[]], output: 1 },
};
const portfolio = formula({ name: 'portfolio', ...shape, calls: [price, word] });
const free = formula({ name: 'free', ...shape });
const option = { strike: 1 };

test('yield* gives each step its own result type', () => {
  formulaCode(portfolio, function* ([options]) {
    expectTypeOf(options).toEqualTypeOf<{ strike: number }[]>();
    const prices = yield* map(price, options, { concurrency: 64 });
    expectTypeOf(prices).toEqualTypeOf<number[]>();
    expectTypeOf(yield* call(word, prices.length)).toEqualTypeOf<string>();
    const named = yield* all({ one: call(price, option), many: map(word, [1, 2]) });
    expectTypeOf(named).toEqualTypeOf<{ one: number; many: string[] }>();
    const listed = yield* all([call(price, option), call(word, 1)]);
    expectTypeOf(listed).toEqualTypeOf<[number, string]>();
    const settled = yield* allSettled([call(price, option), map(word, [1])]);
    expectTypeOf(settled).toEqualTypeOf<[number | Failure, Failure | string[]]>();
    const collected = yield* map(word, [1, 2], { onFailure: 'collect' });
    expectTypeOf(collected).toEqualTypeOf<(string | Failure)[]>();
    const first = collected[0];
    if (isFailure(first)) return first;
    return prices[0] ?? failure('out-of-domain', 'no options');
  });
});

test('parts of any number keep their result types', () => {
  formulaCode(portfolio, function* ([options]) {
    const prices = yield* all(options.map((each) => call(price, each)));
    expectTypeOf(prices).toEqualTypeOf<number[]>();
    return prices.length;
  });
});

test('a formula that calls an operation outside of the list of its contract does not compile', () => {
  // @ts-expect-error -- portfolio may call price and word
  formulaCode(portfolio, function* () {
    return yield* call(other, 1);
  });
  // @ts-expect-error -- portfolio may call price and word
  formulaCode(portfolio, function* () {
    yield* map(other, [1]);
    return 1;
  });
  // @ts-expect-error -- portfolio may call price and word
  formulaCode(portfolio, function* () {
    const [one] = yield* all([call(price, option), call(other, 1)]);
    return one;
  });
  formulaCode(portfolio, {
    // @ts-expect-error -- portfolio may call price and word
    plan: () => [call(other, 1)],
    combine: () => 1,
  });
  formulaCode(free, function* () {
    return yield* call(other, 1);
  });
});

test('a step cannot have a wrong input, and a generator cannot return a wrong output', () => {
  // @ts-expect-error -- an object is priced
  call(price, 1);
  // @ts-expect-error -- objects are priced
  map(price, [1]);
  // @ts-expect-error -- there is no such choice
  map(price, [], { onFailure: 'ignore' });
  // @ts-expect-error -- the output is a number
  formulaCode(portfolio, function* () {
    return yield* call(word, 1);
  });
  // @ts-expect-error -- there is one operand
  formulaCode(portfolio, function* ([options, more]) {
    yield* map(price, options);
    return more;
  });
  // @ts-expect-error -- only steps can be yielded
  formulaCode(portfolio, function* () {
    yield 1;
    return 1;
  });
  // @ts-expect-error -- a generator is synchronous
  formulaCode(portfolio, async function* () {
    yield* [];
    return 1;
  });
});

test('a catalogue takes code in both forms', () => {
  const catalogue = defineCatalogue({ operations: { price, word, other }, formulas: { portfolio, free } });
  const codes = {
    portfolio: formulaCode(portfolio, function* ([options]) {
      return (yield* map(price, options)).length;
    }),
    free: formulaCode(free, { plan: () => [call(other, 1)], combine: ([one]) => one }),
  };
  codes satisfies FormulaCodesOf<typeof catalogue>;
  // @ts-expect-error -- this is the code of portfolio
  codes.portfolio satisfies FormulaCodesOf<typeof catalogue>['free'];
});
