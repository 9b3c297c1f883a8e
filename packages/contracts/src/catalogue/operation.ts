import type { CheckedFailures, FailureSchemas, NoFailures } from './declared-failures.ts';
import { assertFailures } from './declared-failures.ts';
import type { SchemaValue, ValueSchema } from '../schemas/value-schema.ts';
import type { CheckedName } from './names.ts';
import type { GivenWork, Work } from './work.ts';
import { workOf } from './work.ts';

/**
 * The contract of one computation that op-servers run. Both MessagePack and JSON Schema must be able to express its
 * input and output; defining a catalogue checks this.
 */
export interface Operation<
  N extends string = string,
  I extends ValueSchema = ValueSchema,
  O extends ValueSchema = ValueSchema,
  D extends FailureSchemas = FailureSchemas,
> {
  readonly kind: 'operation';
  readonly name: N;
  readonly description: string;
  /** Raise it when the meaning changes and the schemas do not. */
  readonly version: number;
  readonly input: I;
  readonly output: O;
  readonly example: { readonly input: SchemaValue<I>; readonly output: SchemaValue<O> };
  readonly work: Work;
  /** The failures with which it may answer, beside those of the protocol. */
  readonly failures?: D | undefined;
}

export type InputOf<O extends Operation> = SchemaValue<O['input']>;
export type OutputOf<C extends { readonly output: ValueSchema }> = SchemaValue<C['output']>;

/** @throws TypeError when `work` is not a policy, and for a failure whose code the protocol has */
export function operation<
  const N extends string,
  I extends ValueSchema,
  O extends ValueSchema,
  D extends FailureSchemas = NoFailures,
>(declaration: {
  readonly name: CheckedName<N>;
  readonly description: string;
  readonly version?: number | undefined;
  readonly input: I;
  readonly output: O;
  readonly example: { readonly input: NoInfer<SchemaValue<I>>; readonly output: NoInfer<SchemaValue<O>> };
  /** How servers treat the operation. Unless given: no limit, fallback `unserved`, lanes `any`. */
  readonly work?: GivenWork | undefined;
  /** The failures with which it may answer, beside those of the protocol: by code, the schema of the data. */
  readonly failures?: (D & CheckedFailures<D>) | undefined;
}): Operation<N, I, O, D> {
  const { name, description, version = 1, input, output, example, failures } = declaration;
  const work = workOf(name, declaration.work);
  assertFailures(`operation "${name}"`, failures);
  const contract = { kind: 'operation' as const, name: name as string as N, description, version, input, output };
  return { ...contract, example, work, ...(failures !== undefined && { failures }) };
}
