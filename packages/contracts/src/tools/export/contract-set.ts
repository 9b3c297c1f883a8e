import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Schema } from '../evolution/schema-view.ts';
import type { Formula } from '../../catalogue/formula.ts';
import type { Operation } from '../../catalogue/operation.ts';
import type { Work } from '../../catalogue/work.ts';
import { messageSchemas } from './message-schemas.ts';
import { failuresOf, openSchema, valuesOf } from './value-schemas.ts';

/**
 * Everything that two builds must agree on, as plain JSON. A release stores it, and the next release is compared with
 * it.
 */
export interface ContractSet {
  readonly operations: Readonly<Record<string, DescribedOperation>>;
  readonly formulas: Readonly<Record<string, DescribedFormula>>;
  /** The protocol's own messages. */
  readonly messages: Readonly<Record<string, Schema>>;
}

export interface DescribedOperation {
  readonly version: number;
  readonly input: Schema;
  readonly output: Schema;
  readonly failures?: DescribedFailures | undefined;
  /** Missing in sets of releases that described none. The two sides need not agree on a work policy. */
  readonly work?: Work | undefined;
}

export interface DescribedFormula {
  readonly version: number;
  readonly operands: readonly { readonly name: string; readonly schema: Schema }[];
  readonly output: Schema;
  /** Present for an exposed operation, whose values are compared as those of the operation. */
  readonly exposes?: true | undefined;
  readonly failures?: DescribedFailures | undefined;
}

/** The data of each declared failure by its code; missing where a contract declares none. */
export type DescribedFailures = Readonly<Record<string, Schema>>;

export function contractSetOf(catalogue: Catalogue): ContractSet {
  const described = (contract: Operation | Formula): { name: string; schema: Schema }[] =>
    valuesOf(contract).map(({ name, schema }) => ({
      name,
      schema: openSchema(schema, { annotated: false }),
    }));
  return {
    operations: mapped(catalogue.operations, (operation) => {
      const { version, work } = operation;
      const [input, output] = described(operation);
      return { version, input: input?.schema ?? true, output: output?.schema ?? true, ...declared(operation), work };
    }),
    formulas: mapped(catalogue.formulas, (formula) => {
      const values = described(formula);
      return {
        version: formula.version,
        operands: values.slice(0, -1),
        output: values.at(-1)?.schema ?? true,
        ...declared(formula),
        exposes: exposes(formula),
      };
    }),
    messages: messageSchemas(),
  };
}

function exposes(formula: Formula): true | undefined {
  return formula.exposes === undefined ? undefined : true;
}

function declared(contract: Operation | Formula): { readonly failures?: DescribedFailures } {
  const failures = failuresOf(contract).map(({ code, schema }) => [code, openSchema(schema, { annotated: false })]);
  return failures.length === 0 ? {} : { failures: Object.fromEntries(failures) as DescribedFailures };
}

function mapped<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
