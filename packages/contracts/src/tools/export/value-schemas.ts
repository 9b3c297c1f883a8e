import type { z } from 'zod';
import type { Formula } from '../../catalogue/formula.ts';
import type { Schema } from '../evolution/schema-view.ts';
import type { JsonSchemaOptions } from '../../catalogue/json-schema.ts';
import { jsonSchemaOf } from '../../catalogue/json-schema.ts';
import type { Operation } from '../../catalogue/operation.ts';

/** One value of a contract: an input, an operand or an output. */
export interface ContractValue {
  /** The name of the operation or formula. */
  readonly contract: string;
  /** `input`, `output`, the name of an operand, or `failure.<code>` for the data of a declared failure. */
  readonly name: string;
  readonly schema: z.ZodType;
}

/** The input or operands come first, in order. */
export function valuesOf(contract: Operation | Formula): readonly ContractValue[] {
  const named = (name: string, schema: z.ZodType): ContractValue => ({ contract: contract.name, name, schema });
  const given = contract.kind === 'operation' ? [['input', contract.input] as const] : contract.operands;
  return [...given.map(([name, schema]) => named(name, schema)), named('output', contract.output)];
}

/** The data of the failures that a contract declares, by their codes in alphabetical order. */
export function failuresOf({ name, failures = {} }: Operation | Formula): readonly DeclaredFailureValue[] {
  return Object.keys(failures)
    .toSorted()
    .map((code) => ({ contract: name, name: failureValue(code), code, schema: failures[code] as z.ZodType }));
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
export function openSchema(schema: z.ZodType, options: Omit<JsonSchemaOptions, 'open'> = {}): Schema {
  const { $schema: _dialect, ...open } = jsonSchemaOf(schema, { ...options, open: true });
  return open;
}
