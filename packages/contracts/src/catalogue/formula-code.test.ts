import { expect, test } from 'vitest';
import { hypotenuse } from '../calculator/formulas/hypotenuse.ts';
import { square } from '../calculator/operations/square.ts';
import { formulaCode } from './formula-code.ts';
import { call } from './step.ts';
import { failure, isFailure } from '../messages/failures.ts';

const code = formulaCode(hypotenuse, {
  plan: ([a, b]) => (a < 0 ? failure('out-of-domain', 'a leg is negative') : [call(square, a), call(square, b)]),
  combine: ([squareOfA, squareOfB]) => Math.sqrt(squareOfA + squareOfB),
});

test('a formula requests operations with their inputs, in order, and combines the results', () => {
  expect(code.formula).toBe(hypotenuse);
  expect(code.plan([3, 4])).toEqual([
    { operation: square, input: 3 },
    { operation: square, input: 4 },
  ]);
  expect(code.combine([9, 16], [3, 4])).toBe(5);
});

test('a formula may refuse its operands', () => {
  expect(isFailure(code.plan([-3, 4]))).toBe(true);
});
