import { expectTypeOf, test } from 'vitest';
import { hypotenuse } from '../calculator/formulas/hypotenuse.ts';
import { multiply } from '../calculator/operations/multiply.ts';
import { square } from '../calculator/operations/square.ts';
import type { FormulaCodesOf, Handler, HandlersOf, ResultsOf } from './formula-code.ts';
import { formulaCode } from './formula-code.ts';
import { call } from './step.ts';
import { failure } from '../messages/failures.ts';
import type { Sample } from './sample.test-support.ts';

const squared = (input: number): number => input * input;
const multiplied = ([a, b]: [number, number]): number => a * b;

test('a handler returns a value, a failure, or the promise of either', () => {
  ({
    square: (input) => (Math.abs(input) > 1e154 ? failure('out-of-domain', 'too large') : input * input),
    multiply: async ([a, b]) => a * b,
  }) satisfies HandlersOf<Sample>;
});

test('a handler that is missing does not compile', () => {
  // @ts-expect-error -- multiply is missing
  ({ square: squared }) satisfies HandlersOf<Sample>;
});

test('a handler for an operation that does not exist does not compile', () => {
  // @ts-expect-error -- there is no cube
  ({ square: squared, multiply: multiplied, cube: squared }) satisfies HandlersOf<Sample>;
});

test('a handler with wrong types does not compile', () => {
  // @ts-expect-error -- the input is a number
  ({ square: (input: string) => input.length, multiply: multiplied }) satisfies HandlersOf<Sample>;
  // @ts-expect-error -- the output is a number
  ({ square: (input: number) => String(input), multiply: multiplied }) satisfies HandlersOf<Sample>;
  // @ts-expect-error -- there are two factors
  ({ square: squared, multiply: ([a, b, c]: [number, number, number]) => a * b * c }) satisfies HandlersOf<Sample>;
  // @ts-expect-error -- an object that only looks like a failure is not one
  ({ square: () => ({ code: 'internal', message: '' }), multiply: multiplied }) satisfies HandlersOf<Sample>;
  // @ts-expect-error -- a handler always returns something
  ((): void => undefined) satisfies Handler<typeof square>;
});

test('the results of a plan have the types of its calls', () => {
  const code = formulaCode(hypotenuse, {
    plan([a, b]) {
      expectTypeOf(a).toEqualTypeOf<number>();
      return a < b ? failure('out-of-domain', 'too short') : [call(square, a), call(multiply, [a, b])];
    },
    combine([squareOfA, product], operands) {
      expectTypeOf(squareOfA).toEqualTypeOf<number>();
      expectTypeOf(operands).toEqualTypeOf<readonly [number, number]>();
      return squareOfA + product;
    },
  });
  expectTypeOf<ResultsOf<Exclude<ReturnType<typeof code.plan>, { code: string }>>>().toEqualTypeOf<
    readonly [number, number]
  >();
});

test('a plan cannot call with a wrong input, and combine cannot take a result that was not requested', () => {
  // @ts-expect-error -- a number is squared
  call(square, '12');
  // @ts-expect-error -- two factors are multiplied
  call(multiply, [6]);
  formulaCode(hypotenuse, {
    plan: ([a, b]) => [call(square, a), call(square, b)],
    // @ts-expect-error -- there is no third result
    combine: ([x, y, z]) => x + y + z,
  });
  formulaCode(hypotenuse, {
    // @ts-expect-error -- there is no third operand
    plan: ([a, b, c]) => [call(square, a), call(square, b), call(square, c)],
    combine: ([x, y]) => x + y,
  });
  formulaCode(hypotenuse, {
    plan: ([a]) => [call(square, a)],
    // @ts-expect-error -- the output is a number
    combine: ([x]) => String(x),
  });
});

test('a formula whose code is missing or is another’s does not compile', () => {
  const code = formulaCode(hypotenuse, { plan: ([a]) => [call(square, a)], combine: ([x]) => x });
  // @ts-expect-error -- diagonal is missing
  ({ hypotenuse: code }) satisfies FormulaCodesOf<Sample>;
  // @ts-expect-error -- this is the code of hypotenuse
  code satisfies FormulaCodesOf<Sample>['diagonal'];
});
