/*
 * Scales by powers of two. This is exact, so that squares and products of very large and very small numbers neither
 * overflow nor lose bits. Numbers within 2^±500 stay as they are: 12 and 13 travel as 144 and 169.
 */

const largest = 2 ** 500;
const smallest = 2 ** -500;

const bits = new DataView(new ArrayBuffer(8));

/** Whether the products of numbers of this magnitude keep all their bits without scaling. */
export function isModerate(x: number): boolean {
  const magnitude = Math.abs(x);
  return magnitude === 0 || (magnitude >= smallest && magnitude <= largest);
}

/** The exponent e of a finite x = m · 2^e with 1 ≤ |m| < 2; 0 for 0. */
export function exponentOf(x: number): number {
  if (x === 0) return 0;
  bits.setFloat64(0, x);
  const biased = (bits.getUint16(0) >> 4) & 0x7ff;
  // A subnormal has no leading bit: 2^54 times it is normal.
  return biased === 0 ? exponentOf(x * 2 ** 54) - 54 : biased - 1023;
}

/**
 * x · 2^exponent for exponents within ±1100, rounded at most once when x is between 2^-500 and 2^500 in magnitude;
 * infinite when it overflows.
 */
export function timesPowerOfTwo(x: number, exponent: number): number {
  // In two steps, because 2^1074 itself is not a double.
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}
