import type { FormulaCode } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDouble, closeDoubles, compute, exact, isRootWithin, rootOverflows } from '../exact.test-support.ts';
import { diagonal } from './diagonal.ts';
import { hypotenuse } from './hypotenuse.ts';

const numRuns = 5_000;

function sumOfSquares(operands: readonly number[]): bigint {
  return operands.reduce((sum, operand) => sum + exact(operand) * exact(operand), 0n);
}

function expectWithinOneUlp(code: FormulaCode, operands: readonly number[]): void {
  const value = compute(code, operands);
  const square = sumOfSquares(operands);
  if (isFailure(value)) {
    expect(value.code).toBe('out-of-domain');
    expect(rootOverflows(square)).toBe(true);
  } else {
    expect(isRootWithin(value, square, 1n)).toBe(true);
  }
}

describe.each([
  { name: 'hypotenuse', code: hypotenuse as unknown as FormulaCode, count: 2 },
  { name: 'diagonal', code: diagonal as unknown as FormulaCode, count: 3 },
])('$name', ({ name, code, count }) => {
  test('the root of squares is within 1 ulp of the exact value for operands of any magnitude', () => {
    const operands = fc.array(anyDouble, { minLength: count, maxLength: count });
    fc.assert(
      fc.property(operands, (given) => expectWithinOneUlp(code, given)),
      { numRuns },
    );
  });

  test('the root of squares is within 1 ulp for operands of similar magnitude, also subnormal ones', () => {
    fc.assert(
      fc.property(closeDoubles(count, 3), (given) => expectWithinOneUlp(code, given)),
      { numRuns },
    );
    fc.assert(
      fc.property(closeDoubles(count, 30), (given) => expectWithinOneUlp(code, given)),
      { numRuns },
    );
  });

  test('the root of squares is exact when it is an integer', () => {
    const triple = fc
      .tuple(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 1, max: 9_000 }))
      .map(([m, n]) => [Math.abs(m * m - n * n), 2 * m * n, m * m + n * n] as const);
    fc.assert(
      fc.property(triple, ([a, b, c]) => {
        const operands = count === 2 ? [a, b] : [a, b, 0];
        expect(compute(code, operands)).toBe(c);
      }),
      { numRuns },
    );
  });

  test('the root of squares of zeros is 0, and the signs of operands do not matter', () => {
    expect(
      compute(
        code,
        Array.from({ length: count }, () => 0),
      ),
    ).toBe(0);
    fc.assert(
      fc.property(fc.array(anyDouble, { minLength: count, maxLength: count }), (given) => {
        expect(compute(code, given)).toEqual(
          compute(
            code,
            given.map((operand) => -operand),
          ),
        );
      }),
    );
  });

  test('the root of squares is out of domain when it is larger than any double', () => {
    const operands = Array.from({ length: count }, () => Number.MAX_VALUE);
    expect(compute(code, operands)).toMatchObject({ code: 'out-of-domain', message: expect.stringContaining(name) });
    expect(compute(code, [Number.MAX_VALUE, ...operands.slice(1).fill(1)])).toBe(Number.MAX_VALUE);
  });
});

describe('hypotenuse', () => {
  test('hypotenuse of 12 and 13 requests their squares unscaled and is 17.69180601295413', () => {
    const calls = hypotenuse.plan([12, 13]);
    expect(calls).toMatchObject([
      { operation: { name: 'square' }, input: 12 },
      { operation: { name: 'square' }, input: 13 },
    ]);
    expect(hypotenuse.combine([144, 169], [12, 13])).toBe(17.69180601295413);
  });

  test.each([
    [3e200, 4e200, 5e200],
    [3e-200, 4e-200, 5e-200],
    [3 * Number.MIN_VALUE, 4 * Number.MIN_VALUE, 5 * Number.MIN_VALUE],
  ])('hypotenuse of %d and %d is %d', (a, b, c) => {
    expect(compute(hypotenuse as unknown as FormulaCode, [a, b])).toBe(c);
  });

  test('hypotenuse is nearer than the root of the rounded squares, and than Math.hypot, where those are off by more than an ulp', () => {
    let wrong = 0;
    fc.assert(
      fc.property(closeDoubles(2, 2), ([a = 0, b = 0]) => {
        if (!isRootWithin(Math.hypot(a, b), sumOfSquares([a, b]), 1n) && Number.isFinite(Math.hypot(a, b))) wrong += 1;
      }),
      { numRuns, seed: 7 },
    );
    expect(wrong).toBeGreaterThan(0);
  });
});
