import type { Failure, Formula } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';

/** What is wrong with a call before anything is sent; undefined when nothing is. */
export function checkOperands(formula: Formula, operands: readonly unknown[], timeoutMs: number): Failure | undefined {
  const { name } = formula;
  if (!(timeoutMs > 0 && timeoutMs <= limits.ttlMsMax)) {
    return failure('invalid-request', `${name}: a timeout of ${timeoutMs} ms is not above 0 and at most a day`);
  }
  if (operands.length !== formula.operands.length) {
    const names = formula.operands.map(([operand]) => operand).join(', ');
    return failure('invalid-request', `${name}: ${operands.length} operands given; it takes ${names}`);
  }
  for (const [index, [operand, schema]] of formula.operands.entries()) {
    const parsed = schema.safeParse(operands[index]);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return failure('invalid-request', `${name}: operand ${operand}: ${issue?.message ?? 'does not fit the contract'}`);
    }
  }
  return undefined;
}
