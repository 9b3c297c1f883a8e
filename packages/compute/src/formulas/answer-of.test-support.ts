import type { Call, Failure, Formula, FormulaCode, Handler, OperandsOf, OutputOf } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import { outputOf } from '../operations/output-of.test-support.ts';
import { handlers } from '../registry.generated.ts';

/** The answer of a formula when servers run its calls: runs the plan's calls through the handlers, then `combine`. */
export async function answerOf<F extends Formula, P extends readonly Call[]>(
  code: FormulaCode<F, P>,
  operands: OperandsOf<F>,
): Promise<OutputOf<F> | Failure> {
  const calls = code.plan(operands);
  if (isFailure(calls)) return calls;
  const results: unknown[] = [];
  for (const { operation, input } of calls) {
    const handler = handlers[operation.name as keyof typeof handlers] as Handler;
    const result: unknown = await outputOf(handler, input);
    if (isFailure(result)) return result;
    results.push(result);
  }
  return code.combine(results as Parameters<typeof code.combine>[0], operands);
}
