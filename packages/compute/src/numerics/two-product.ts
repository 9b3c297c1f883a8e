/** 2^27 + 1: splits a 53-bit significand into two halves (Veltkamp 1968, Dekker 1971). */
const splitter = 134_217_729;

/**
 * The rounding error of a floating-point product: a · b is exactly product + error (Dekker, "A floating-point technique
 * for extending the available precision", 1971). It is exact if a and b are below 2^970 in magnitude, so that the
 * splitting does not overflow, and if a · b is above 2^-968, so that the error is not subnormal. Below that, it is the
 * nearest double.
 */
export function productError(a: number, b: number, product: number): number {
  const aHigh = high(a);
  const aLow = a - aHigh;
  const bHigh = high(b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function high(x: number): number {
  const shifted = splitter * x;
  return shifted - (shifted - x);
}
