import { productError } from './two-product.ts';

/**
 * The square root of high + low, where low is the rounding error that high carries: one Newton step in twice the
 * precision on top of Math.sqrt, after Borges, "An Improved Algorithm for hypot(a, b)", 2019. The result is within 1 ulp
 * when high is 0 or moderate (see scale.ts).
 */
export function correctedRoot(high: number, low: number): number {
  const root = Math.sqrt(high);
  if (root === 0) return 0;
  const square = root * root;
  const residual = high - square - productError(root, root, square) + low;
  // What lies in the middle between two doubles as far as this precision sees is rounded away from the first root, so
  // that (3e200, 4e200), whose exact root is 10^-16 ulp from that middle, is 5e200.
  return root + (residual / (2 * root)) * (1 + Number.EPSILON);
}
