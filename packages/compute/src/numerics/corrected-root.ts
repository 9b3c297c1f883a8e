import { productError } from './two-product.ts';

/**
 * The square root of high + low, where low is the rounding error of high. Does one Newton step in twice the precision
 * after Math.sqrt (Borges, "An Improved Algorithm for hypot(a, b)", 2019). The result is within 1 ulp when high is 0 or
 * moderate (see scale.ts).
 */
export function correctedRoot(high: number, low: number): number {
  const root = Math.sqrt(high);
  if (root === 0) return 0;
  const square = root * root;
  const residual = high - square - productError(root, root, square) + low;
  // A root that looks midway between two doubles in this precision is rounded away from the first estimate. So (3e200,
  // 4e200), whose exact root is 10^-16 ulp from a midpoint, gives 5e200.
  return root + (residual / (2 * root)) * (1 + Number.EPSILON);
}
