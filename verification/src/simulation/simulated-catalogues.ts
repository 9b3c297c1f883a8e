import { formulaCodes, handlers } from '@cateto/compute';
import type { AnyFormulaCode, Catalogue, FormulaCode, Handler, Operation } from '@cateto/contracts';
import { calculator, defineCatalogue, isFailure } from '@cateto/contracts';
import { expectedOfSteps, rounds, roundsCode } from './rounds.ts';

/* The catalogues of simulated systems, their code, and the code wrapped to observe what it does. */

/**
 * The same operations with work that takes time: a calc-server computes none of them because it is late. Some have
 * lanes `any`, others fixed lanes.
 */
const patientOperations = Object.values<Operation>(calculator.operations).map((operation): [string, Operation] => [
  operation.name,
  { ...operation, work: { fallback: 'unserved', lanes: operation.name === 'square' ? 'fixed' : 'any' } },
]);
export const patient: Catalogue = defineCatalogue({
  operations: Object.fromEntries(patientOperations),
  formulas: calculator.formulas,
});
/** The same, with a formula in steps. */
export const stepwise: Catalogue = defineCatalogue({
  operations: patient.operations,
  formulas: { ...calculator.formulas, rounds },
});
export const codes: Readonly<Record<string, AnyFormulaCode>> = { ...formulaCodes, rounds: roundsCode };
export const operations: Readonly<Record<string, Handler>> = handlers;
/** The handlers as pure functions: they do not use their context. */
const computed = handlers as unknown as Readonly<Record<string, (input: unknown) => unknown>>;

/** Handlers that report what they run. */
export function seen(wrapped: Readonly<Record<string, Handler>>, tell: (name: string, input: unknown) => void) {
  return Object.fromEntries(
    Object.entries(wrapped).map(([name, handler]): [string, Handler] => [
      name,
      (input, context) => {
        tell(name, input);
        return handler(input, context);
      },
    ]),
  );
}

/** A plan that passes on its operands and calls. */
export function watchedPlan(
  code: FormulaCode,
  begun: (operands: readonly unknown[]) => void,
  requested: (operation: string, input: unknown) => void,
): FormulaCode {
  return {
    ...code,
    plan(operands) {
      begun(operands);
      const calls = code.plan(operands);
      if (!isFailure(calls)) for (const { operation, input } of calls) requested(operation.name, input);
      return calls;
    },
  };
}

/** The expected value, computed without a network by the formula's pure functions. */
export function expectedOf(name: string, operands: readonly number[]): unknown {
  const code = codes[name];
  if (code === undefined) throw new Error(`no formula ${name}`);
  if (code.steps !== undefined) return expectedOfSteps(code, operands, computed);
  const calls = code.plan(operands);
  if (isFailure(calls)) throw new Error(`${name}(${operands.join(', ')}) has no plan`);
  const results = calls.map(({ operation, input }) => computed[operation.name]?.(input));
  return code.combine(results, operands);
}
