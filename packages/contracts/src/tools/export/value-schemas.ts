import type { z } from 'zod';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Schema } from '../evolution/schema-view.ts';
import type { JsonSchemaOptions } from '../../catalogue/json-schema.ts';
import { jsonSchemaOf } from '../../catalogue/json-schema.ts';

/** One value of a contract: an input, an operand or an output. */
export interface ContractValue {
  /** The name of the operation or formula. */
  readonly contract: string;
  /** `input`, `output`, or the name of an operand. */
  readonly name: string;
  readonly schema: z.ZodType;
}

/** The input or operands come first, in order. */
export function valuesOf(catalogue: Catalogue, contract: string): readonly ContractValue[] {
  const operation = catalogue.operations[contract];
  const formula = catalogue.formulas[contract];
  const named = (name: string, schema: z.ZodType): ContractValue => ({ contract, name, schema });
  if (operation !== undefined) return [named('input', operation.input), named('output', operation.output)];
  if (formula === undefined) throw new TypeError(`"${contract}" is not in the catalogue`);
  return [...formula.operands.map(([name, schema]) => named(name, schema)), named('output', formula.output)];
}

/** The schema as a sender writes it, and open: readers ignore unknown fields, unless an object is strict. */
export function openSchema(schema: z.ZodType, options: Omit<JsonSchemaOptions, 'open'> = {}): Schema {
  const { $schema: _dialect, ...open } = jsonSchemaOf(schema, { ...options, open: true });
  return open;
}
