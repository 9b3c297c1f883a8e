import type { FormulaCode } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDouble, closeDoubles, compute, exact, isRootWithin, stepsFrom } from '../exact.test-support.ts';
import { leg } from './leg.ts';

const code = leg as unknown as FormulaCode;
const numRuns = 5_000;

function expectWithinTwoUlp(c: number, a: number): void {
  const value = compute(code, [c, a]);
  if (isFailure(value)) throw new Error(`${c}, ${a}: ${value.message}`);
  const square = exact(c) * exact(c) - exact(a) * exact(a);
  expect(isRootWithin(value, square, 2n)).toBe(true);
}

/** Any two doubles as a hypotenuse and a leg. */
function ordered(x: number, y: number): [c: number, a: number] {
  return Math.abs(x) >= Math.abs(y) ? [Math.abs(x), y] : [Math.abs(y), x];
}

describe('leg', () => {
  test('leg is within 2 ulp of the exact value for operands of any magnitude', () => {
    fc.assert(
      fc.property(anyDouble, anyDouble, (x, y) => expectWithinTwoUlp(...ordered(x, y))),
      { numRuns },
    );
    fc.assert(
      fc.property(closeDoubles(2, 3), ([x = 0, y = 0]) => expectWithinTwoUlp(...ordered(x, y))),
      { numRuns },
    );
  });

  test('leg keeps its precision when hypotenuse and leg are neighbouring doubles', () => {
    const close = fc.tuple(
      anyDouble.map(Math.abs).filter((c) => c > 1e-320),
      fc.integer({ min: 0, max: 40 }),
    );
    fc.assert(
      fc.property(close, ([c, steps]) => expectWithinTwoUlp(c, stepsFrom(c, -steps))),
      { numRuns },
    );
  });

  test('leg is exact for Pythagorean triples', () => {
    const numbers = fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }));
    fc.assert(
      fc.property(numbers, ([m, n]) => {
        const a = Math.abs(m * m - n * n);
        expect(compute(code, [m * m + n * n, 2 * m * n])).toBe(a);
      }),
      { numRuns },
    );
  });

  test('leg of 5 and 3 requests one product, of 2 and 8', () => {
    expect(leg.plan([5, 3])).toMatchObject([{ operation: { name: 'multiply' }, input: [2, 8] }]);
    expect(leg.combine([16], [5, 3])).toBe(4);
  });

  test('leg is 0 when the hypotenuse equals the leg, and ignores the sign of the leg', () => {
    expect(compute(code, [7, 7])).toBe(0);
    expect(compute(code, [0, 0])).toBe(0);
    expect(compute(code, [5, -3])).toBe(4);
  });

  test('leg is out of domain when the hypotenuse is shorter than the leg, or negative', () => {
    for (const operands of [
      [3, 5],
      [-5, 3],
      [3, stepsFrom(3, 1)],
    ]) {
      expect(compute(code, operands)).toMatchObject({ code: 'out-of-domain' });
    }
  });
});
