import type { Call, Failure, square as squareContract } from '@cateto/contracts';
import { call, failure, square } from '@cateto/contracts';
import { correctedRoot } from './corrected-root.ts';
import { exponentOf, isModerate, timesPowerOfTwo } from './scale.ts';
import { productError } from './two-product.ts';
import { sumError } from './two-sum.ts';

/*
 * The root of a sum of squares that op-servers have computed; hypotenuse and diagonal share it. The root of the sum of
 * the rounded squares alone is off by up to 1.37 ulp.
 */

/** The power of two that multiplies the operands before they are squared: 0 unless the largest is out of range. */
function scaleOf(operands: readonly number[]): number {
  let largest = 0;
  for (const operand of operands) largest = Math.max(largest, Math.abs(operand));
  return isModerate(largest) ? 0 : -exponentOf(largest);
}

export function callSquare(operand: number, operands: readonly number[]): Call<typeof squareContract> {
  return call(square, timesPowerOfTwo(operand, scaleOf(operands)));
}

/**
 * @param name of the formula, for the failure's text
 * @param squares the correctly rounded squares that {@link callSquare} requested
 * @returns the root within 1 ulp of the exact value, or `out-of-domain` when it is larger than any double
 */
export function rootOfSquares(name: string, squares: readonly number[], operands: readonly number[]): number | Failure {
  const scale = scaleOf(operands);
  let sum = 0;
  let error = 0;
  for (let index = 0; index < squares.length; index += 1) {
    const squared = squares[index] ?? 0;
    const scaled = timesPowerOfTwo(operands[index] ?? 0, scale);
    const next = sum + squared;
    error += sumError(sum, squared, next) + productError(scaled, scaled, squared);
    sum = next;
  }
  const root = timesPowerOfTwo(correctedRoot(sum, error), -scale);
  return Number.isFinite(root) ? root : failure('out-of-domain', `${name}: larger than the largest double`);
}
