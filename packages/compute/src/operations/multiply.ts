import type { Handler, multiply as contract } from '@cateto/contracts';
import { finiteOr } from '../numerics/finite-or.ts';

export const multiply: Handler<typeof contract> = ([a, b]) => finiteOr(a * b, `the product of ${a} and ${b}`);
