import type { Catalogue } from './catalogue.ts';
import type { FailuresOf } from './declared-failures.ts';
import type { Formula } from './formula.ts';
import type { AnyFormulaCode, FormulaCode, FormulaCodesOf } from './formula-code.ts';
import { formulaCode } from './formula-code.ts';
import type { Operation } from './operation.ts';
import type { Call } from './step.ts';
import { call } from './step.ts';

/*
 * Clients call formulas. An exposed operation is a formula with the name, the schemas and the hash of its operation. Its
 * code is one call, so a program writes none.
 */

/** The formula that passes an operation through. */
export interface ExposedOperation<O extends Operation = Operation, P extends string = string> extends Formula<
  O['name'],
  readonly [readonly [name: P, schema: O['input']]],
  O['output'],
  Operation,
  FailuresOf<O>
> {
  readonly exposes: O;
}

/**
 * A formula by which clients call an operation: `defineCatalogue({ operations: { price }, formulas: { price:
 * exposed(price) } })`. It has the name of the operation, and its only operand is the input. The `work` of the operation
 * holds for it too.
 *
 * @param options `operand` names the operand, for help and for the columns of `batch`; `input` unless given
 */
export function exposed<O extends Operation, const P extends string = 'input'>(
  operation: O,
  options: { readonly operand?: P | undefined } = {},
): ExposedOperation<O, P> {
  const { name, description, version, input, output, example, failures } = operation;
  const operand = (options.operand ?? 'input') as P;
  return {
    kind: 'formula',
    name,
    description,
    version,
    operands: [[operand, input]],
    output,
    example: { operands: [example.input], output: example.output },
    exposes: operation,
    ...(failures !== undefined && { failures }),
  } as ExposedOperation<O, P>;
}

/** The code of every formula of a catalogue: the given code, and one call for each exposed operation. */
export function formulaCodesOf(
  { formulas }: Catalogue,
  given: FormulaCodesOf<Catalogue>,
): Readonly<Record<string, AnyFormulaCode>> {
  const passed = Object.values(formulas).flatMap((contract) =>
    contract.exposes === undefined ? [] : [[contract.name, codeOf(contract, contract.exposes)] as const],
  );
  return passed.length === 0 ? given : { ...given, ...Object.fromEntries(passed) };
}

function codeOf(formula: Formula, operation: Operation): FormulaCode {
  return formulaCode(formula, {
    plan: ([input]): readonly Call[] => [call(operation, input)],
    combine: ([output]) => output,
  });
}
