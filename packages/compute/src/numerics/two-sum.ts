/**
 * The rounding error of a floating-point sum: a + b is exactly sum + error, for any a and b whose sum does not overflow
 * (Knuth, The Art of Computer Programming, volume 2, theorem 4.2.2B).
 */
export function sumError(a: number, b: number, sum: number): number {
  const bRounded = sum - a;
  const aRounded = sum - bRounded;
  return a - aRounded + (b - bRounded);
}
