import type { z } from 'zod';
import type { CheckedName } from './names.ts';
import type { GivenWork, Work } from './work.ts';
import { workOf } from './work.ts';

/**
 * The contract of one computation that op-servers run. Both MessagePack and JSON Schema must be able to express its
 * input and output; defining a catalogue checks this.
 */
export interface Operation<
  N extends string = string,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> {
  readonly kind: 'operation';
  readonly name: N;
  readonly description: string;
  /** Raise it when the meaning changes and the schemas do not. */
  readonly version: number;
  readonly input: I;
  readonly output: O;
  readonly example: { readonly input: z.output<I>; readonly output: z.output<O> };
  readonly work: Work;
}

export type InputOf<O extends Operation> = z.output<O['input']>;
export type OutputOf<C extends { readonly output: z.ZodType }> = z.output<C['output']>;

/** @throws TypeError when `work` is not a policy */
export function operation<const N extends string, I extends z.ZodType, O extends z.ZodType>(declaration: {
  readonly name: CheckedName<N>;
  readonly description: string;
  readonly version?: number | undefined;
  readonly input: I;
  readonly output: O;
  readonly example: { readonly input: NoInfer<z.output<I>>; readonly output: NoInfer<z.output<O>> };
  /** How servers treat the operation. Unless given: no limit, fallback `unserved`, lanes `any`. */
  readonly work?: GivenWork | undefined;
}): Operation<N, I, O> {
  const { name, description, version = 1, input, output, example } = declaration;
  const work = workOf(name, declaration.work);
  return { kind: 'operation', name: name as string as N, description, version, input, output, example, work };
}
