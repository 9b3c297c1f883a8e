import type { Failure, FormulaCode } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import fc from 'fast-check';
import { handlers } from './registry.generated.ts';

/*
 * The oracle of the tests: exact integers. Every double is an integer multiple of 2^-1074, so sums and products of
 * doubles are BigInts. The condition |y - √S| ≤ u becomes (y - u)² ≤ S ≤ (y + u)², which needs no rounding.
 */

const bits = new DataView(new ArrayBuffer(8));

/** A finite double as a multiple of 2^-1074. */
export function exact(x: number): bigint {
  bits.setFloat64(0, Math.abs(x));
  const word = bits.getBigUint64(0);
  const biased = word >> 52n;
  const fraction = word & ((1n << 52n) - 1n);
  const magnitude = biased === 0n ? fraction : (fraction | (1n << 52n)) << (biased - 1n);
  return x < 0 ? -magnitude : magnitude;
}

/** The distance from a double to the next one away from 0, in 2^-1074. */
function ulp(x: number): bigint {
  bits.setFloat64(0, Math.abs(x));
  const biased = bits.getBigUint64(0) >> 52n;
  return biased <= 1n ? 1n : 1n << (biased - 1n);
}

const largest = exact(Number.MAX_VALUE);

/** Whether y is within `ulps` of the root of `square`, which is a multiple of 2^-2148. */
export function isRootWithin(y: number, square: bigint, ulps: bigint): boolean {
  const below = exact(y) - ulps * ulp(y);
  const above = exact(y) + ulps * ulp(y);
  return (below <= 0n || below * below <= square) && square <= above * above;
}

/** Whether the root is so large that no double is within an ulp of it. */
export function rootOverflows(square: bigint): boolean {
  return square > largest * largest;
}

/** Runs a formula as servers would: its calls through the handlers. */
export function compute(code: FormulaCode, operands: readonly number[]): number | Failure {
  const calls = code.plan(operands);
  if (isFailure(calls)) return calls;
  const results: unknown[] = [];
  for (const { operation, input } of calls) {
    const handler = handlers[operation.name as keyof typeof handlers] as (input: unknown) => unknown;
    const result = handler(input);
    if (isFailure(result)) return result;
    results.push(result);
  }
  return code.combine(results, operands) as number | Failure;
}

function fromBits(high: number, low: number): number {
  bits.setUint32(0, high);
  bits.setUint32(4, low);
  return bits.getFloat64(0);
}

const word = fc.integer({ min: 0, max: 0xffffffff });

/** Doubles of every magnitude: each exponent is equally likely, and corner cases are more frequent. */
export const anyDouble: fc.Arbitrary<number> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(word, word)
      .map(([high, low]) => fromBits(high, low))
      .filter(Number.isFinite),
  },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e-300, max: 1e-300 }) },
  { weight: 1, arbitrary: fc.integer({ min: -1_000, max: 1_000 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(-1074, -1022, -501, -500, -499, 0, 499, 500, 501, 1023), word)
      .map(([exponent, low]) => (exponent < -1022 ? Number.MIN_VALUE : 2 ** exponent * (1 + low / 2 ** 33)))
      .filter(Number.isFinite),
  },
  { weight: 1, arbitrary: fc.constantFrom(0, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** -1022, 1) },
);

/**
 * A double, and others whose magnitude differs by at most `spread` powers of two, so that the rounding errors of all of
 * them count.
 */
export function closeDoubles(count: number, spread: number): fc.Arbitrary<number[]> {
  const one = fc.tuple(fc.integer({ min: -spread, max: spread }), word, word);
  return fc
    .tuple(fc.integer({ min: -1060, max: 1020 }), fc.array(one, { minLength: count, maxLength: count }))
    .map(([exponent, others]) =>
      others.map(([offset, high, low]) => {
        const fraction = 1 + (high * 2 ** 20 + (low >>> 12)) / 2 ** 52;
        const whole = Math.max(-1074, Math.min(1023, exponent + offset));
        return fraction * 2 ** (whole >> 1) * 2 ** (whole - (whole >> 1));
      }),
    )
    .filter((numbers) => numbers.every(Number.isFinite));
}

/** The n-th double after x. */
export function stepsFrom(x: number, steps: number): number {
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(steps));
  return bits.getFloat64(0);
}
