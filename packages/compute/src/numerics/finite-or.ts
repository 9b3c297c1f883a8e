import type { Failure } from '@cateto/contracts';
import { failure } from '@cateto/contracts';

/** A value, or `out-of-domain` when it overflowed. `what` names it: "the square of 1e200". */
export function finiteOr(value: number, what: string): number | Failure {
  return Number.isFinite(value) ? value : failure('out-of-domain', `${what} is larger than the largest double`);
}
