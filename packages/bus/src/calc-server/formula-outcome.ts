import type { Failure, Formula } from '@cateto/contracts';
import { isFailure, isOfProtocol, requestId, takeOutput } from '@cateto/contracts';
import type { CodeFaults, CodePart, CodeRun } from '../runs/code-faults.ts';
import { hush } from '../runs/promises.ts';
import { ownFailure, withoutName } from '../runs/run-handler.ts';
import type { Admitted } from '../runs/work.ts';

/** A formula whose code runs, and the place where its faults are reported. */
export interface ComputedFormula {
  /** From the catalogue, not from the code: name and schemas must be known whatever the user's code does. */
  readonly formula: Formula;
  readonly faults: CodeFaults;
}

export function runOf({ formula: { name } }: ComputedFormula, part: CodePart, { sender, seq }: Admitted): CodeRun {
  return { name, part, id: requestId(sender, seq) };
}

/**
 * The outcome of a formula one of whose calls has failed. A failure that the operation declares passes through a formula
 * that declares the same code; otherwise it is a fault of the formula's code.
 */
export function passedOn(computed: ComputedFormula, part: CodePart, failed: Failure, request: Admitted): Failure {
  if (isOfProtocol(failed.code)) return failed;
  return ownFailure(computed.formula, failed, computed.faults, () => runOf(computed, part, request));
}

/** @returns the output of a formula for the value that its code returned, or a failure */
export function outputOf(computed: ComputedFormula, part: CodePart, value: unknown, request: Admitted): unknown {
  const { formula, faults } = computed;
  if (isFailure(value)) return ownFailure(formula, value, faults, () => runOf(computed, part, request));
  const taken = takeOutput(formula, value);
  if (!isFailure(taken)) return taken;
  hush(value);
  return faults.misfit(runOf(computed, part, request), withoutName(formula.name, taken));
}
