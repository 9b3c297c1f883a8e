import { isFailure } from '@cateto/contracts';
import { formulaCodes, handlers } from '@cateto/compute';
import type { FormulaCode } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { FormulaAsked } from './question.ts';
import { answerTo, formulas, operandsOf } from './question.ts';

/** Computes a formula, with its operations, on the spot. */
function computed(formula: FormulaAsked, operands: readonly number[]): unknown {
  const code = formulaCodes[formula] as unknown as FormulaCode;
  const calls = code.plan(operands);
  if (isFailure(calls)) return calls;
  const handle = handlers as unknown as Record<string, (input: unknown) => unknown>;
  return code.combine(
    calls.map(({ operation, input }) => handle[operation.name]?.(input)),
    operands,
  );
}

test('the answer to question n is 60 n for every formula, also after weeks of questions', () => {
  for (const formula of formulas) {
    for (const number of [1, 2, 3, 7, 10_007, 1_000_003, 1_000_000_007]) {
      expect(computed(formula, operandsOf(formula, number))).toBe(answerTo(number));
    }
  }
});
