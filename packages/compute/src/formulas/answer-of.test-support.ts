import type { AnyFormulaCode, Call, Failure, Formula, FormulaCode, FormulaGenerator, Handler } from '@cateto/contracts';
import type { OperandsOf, Operation, OutputOf, Step } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import { outputOf } from '../operations/output-of.test-support.ts';
import { handlers } from '../registry.generated.ts';

/** The answer of a formula when servers run its calls, one after the other: its handlers compute them. */
export function answerOf<F extends Formula, P extends readonly Call[]>(
  code: FormulaCode<F, P> | FormulaGenerator<F>,
  operands: OperandsOf<F>,
): Promise<OutputOf<F> | Failure>;
export async function answerOf(code: AnyFormulaCode, operands: readonly unknown[]): Promise<unknown> {
  if (code.steps !== undefined) return answerOfSteps(code, operands);
  const calls = code.plan(operands);
  if (isFailure(calls)) return calls;
  const results = await resultsOf(calls);
  return isFailure(results) ? results : code.combine(results, operands);
}

async function answerOfSteps(code: FormulaGenerator, operands: readonly unknown[]): Promise<unknown> {
  const running = code.steps(operands);
  for (let pulled = running.next(); ;) {
    if (pulled.done === true) return pulled.value;
    const outcome = await outcomeOf(pulled.value);
    pulled = isFailure(outcome) ? running.throw(outcome) : running.next(outcome);
  }
}

/** Of calls and maps, which the code of the calculator yields. */
function outcomeOf(step: Step): Promise<unknown> {
  if (step.kind === 'call') return computed(step.operation, step.input);
  if (step.kind !== 'map') throw new Error(`no test needs ${step.kind} so far`);
  return resultsOf(step.inputs.map((input) => ({ operation: step.operation, input })));
}

async function resultsOf(calls: readonly Pick<Call, 'operation' | 'input'>[]): Promise<readonly unknown[] | Failure> {
  const results: unknown[] = [];
  for (const { operation, input } of calls) {
    const result = await computed(operation, input);
    if (isFailure(result)) return result;
    results.push(result);
  }
  return results;
}

async function computed({ name }: Operation, input: unknown): Promise<unknown> {
  return outputOf(handlers[name as keyof typeof handlers] as Handler, input);
}
