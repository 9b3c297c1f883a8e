import type { Handler, square as contract } from '@cateto/contracts';
import { finiteOr } from '../numerics/finite-or.ts';

export const square: Handler<typeof contract> = (x) => finiteOr(x * x, `the square of ${x}`);
