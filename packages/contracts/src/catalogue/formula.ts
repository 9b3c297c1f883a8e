import type { CheckedFailures, FailureSchemas, NoFailures } from './declared-failures.ts';
import { assertFailures } from './declared-failures.ts';
import type { SchemaValue, ValueSchema } from '../schemas/value-schema.ts';
import type { CheckedName } from './names.ts';
import type { Operation } from './operation.ts';

/** The operands of a formula in order, each a name and a schema: `[['a', Finite], ['b', Finite]]`. */
export type OperandList = readonly (readonly [name: string, schema: ValueSchema])[];

/**
 * The contract of a formula: its operands in order, and its output. Clients request formulas, and calc-servers compute
 * them from operations.
 */
export interface Formula<
  N extends string = string,
  A extends OperandList = OperandList,
  O extends ValueSchema = ValueSchema,
  C extends Operation = Operation,
  D extends FailureSchemas = FailureSchemas,
> {
  readonly kind: 'formula';
  readonly name: N;
  readonly description: string;
  /** Raise it when the meaning changes and the schemas do not. */
  readonly version: number;
  readonly operands: A;
  readonly output: O;
  readonly example: { readonly operands: OperandTuple<A>; readonly output: SchemaValue<O> };
  /** The operation that the formula passes through; undefined for a formula with code of its own. */
  readonly exposes?: Operation | undefined;
  /** The operations that its code may call. Unless given, all operations of its catalogue. */
  readonly calls?: readonly C[] | undefined;
  /** The failures with which it may answer, beside those of the protocol. */
  readonly failures?: D | undefined;
}

export type OperandTuple<A extends OperandList> = { readonly [K in keyof A]: SchemaValue<A[K][1]> };
export type OperandsOf<F extends Formula> = OperandTuple<F['operands']>;
/** The operations that the code of a formula may call. */
export type CallsOf<F extends Formula> = NonNullable<F['calls']>[number];

export function formula<
  const N extends string,
  const A extends OperandList,
  O extends ValueSchema,
  C extends Operation = Operation,
  D extends FailureSchemas = NoFailures,
>(declaration: {
  readonly name: CheckedName<N>;
  readonly description: string;
  readonly version?: number | undefined;
  readonly operands: A;
  readonly output: O;
  readonly example: { readonly operands: NoInfer<OperandTuple<A>>; readonly output: NoInfer<SchemaValue<O>> };
  /**
   * The operations that its code may call. A call of another one does not compile. Not part of the hash, so a change
   * breaks no client. Unless given, all operations of its catalogue.
   */
  readonly calls?: readonly C[] | undefined;
  /**
   * The failures with which it may answer, beside those of the protocol: by code, the schema of the data. A failure that
   * an operation declares passes through a formula that declares the same code.
   */
  readonly failures?: (D & CheckedFailures<D>) | undefined;
}): Formula<N, A, O, C, D> {
  const { name, description, version = 1, operands, output, example, calls, failures } = declaration;
  assertFailures(`formula "${name}"`, failures);
  const contract = { kind: 'formula' as const, name: name as string as N, description, version, operands, output };
  return { ...contract, example, ...(calls !== undefined && { calls }), ...(failures !== undefined && { failures }) };
}
