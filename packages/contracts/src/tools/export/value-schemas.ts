import type { Formula } from '../../catalogue/formula.ts';
import type { Schema } from '../evolution/schema-view.ts';
import type { JsonSchemaOptions } from '../../schemas/json-schema-options.ts';
import { jsonSchemaOf } from '../../schemas/json-schema.ts';
import type { Operation } from '../../catalogue/operation.ts';
import type { ValueSchema } from '../../schemas/value-schema.ts';

/** One value of a contract: an input, an operand or an output. */
export interface ContractValue {
  /** The name of the operation or formula. */
  readonly contract: string;
  /** `input`, `output`, the name of an operand, or `failure.<code>` for the data of a declared failure. */
  readonly name: string;
  readonly schema: ValueSchema;
}

/** The input or operands come first, in order. */
export function valuesOf(contract: Operation | Formula): readonly ContractValue[] {
  const named = (name: string, schema: ValueSchema): ContractValue => ({ contract: contract.name, name, schema });
  const given = contract.kind === 'operation' ? [['input', contract.input] as const] : contract.operands;
  return [...given.map(([name, schema]) => named(name, schema)), named('output', contract.output)];
}

/** The data of the failures that a contract declares, by their codes in alphabetical order. */
export function failuresOf({ name, failures = {} }: Operation | Formula): readonly DeclaredFailureValue[] {
  return Object.keys(failures)
    .toSorted()
    .map((code) => ({ contract: name, name: failureValue(code), code, schema: failures[code] as ValueSchema }));
}

export interface DeclaredFailureValue extends ContractValue {
  readonly code: string;
}

/** The name of a declared failure's data in documents. */
export function failureValue(code: string): string {
  return `failure.${code}`;
}

/** The name of a formula in documents that also name operations: an exposed operation and its formula share one. */
export function documentName({ name, exposes }: Formula): string {
  return exposes === undefined ? name : `${name}.exposed`;
}

/** The formulas that are contracts of their own, and not exposed operations. */
export function ownFormulas(formulas: Readonly<Record<string, Formula>>): readonly Formula[] {
  return Object.values(formulas).filter(({ exposes }) => exposes === undefined);
}

/** The schema as a sender writes it, and open: readers ignore unknown fields, unless an object is strict. */
export function openSchema(schema: ValueSchema, options: Omit<JsonSchemaOptions, 'open'> = {}): Schema {
  const { $schema: _dialect, ...open } = jsonSchemaOf(schema, { ...options, open: true });
  return open;
}
