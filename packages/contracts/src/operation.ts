import type { z } from 'zod';
import type { CheckedName } from './names.ts';

/**
 * When a calc-server computes an operation itself because op-servers do not:
 * - `unserved`: no op-server listens, and has not for longer than a failover takes;
 * - `late`: the same, and when no answer came within the operation timeout (`CATETO_OPERATION_TIMEOUT_MS`);
 * - `never`.
 */
export type FallbackPolicy = 'late' | 'unserved' | 'never';

/** What the work of an operation is like. It is described and not hashed: servers and requesters may be of different minds. */
export interface Work {
  readonly fallback: FallbackPolicy;
}

/**
 * The contract of one computation done by op-servers. Input and output are values that MessagePack and JSON Schema
 * both hold; a catalogue checks that when it is defined.
 */
export interface Operation<
  N extends string = string,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> {
  readonly kind: 'operation';
  readonly name: N;
  readonly description: string;
  /** Counts up when the meaning changes and the schemas do not. */
  readonly version: number;
  readonly input: I;
  readonly output: O;
  readonly example: { readonly input: z.output<I>; readonly output: z.output<O> };
  readonly work: Work;
}

export type InputOf<O extends Operation> = z.output<O['input']>;
export type OutputOf<C extends { readonly output: z.ZodType }> = z.output<C['output']>;

export function operation<const N extends string, I extends z.ZodType, O extends z.ZodType>(declaration: {
  readonly name: CheckedName<N>;
  readonly description: string;
  readonly version?: number | undefined;
  readonly input: I;
  readonly output: O;
  readonly example: { readonly input: NoInfer<z.output<I>>; readonly output: NoInfer<z.output<O>> };
  /** The fallback is `unserved` unless given. */
  readonly work?: { readonly fallback?: FallbackPolicy | undefined } | undefined;
}): Operation<N, I, O> {
  const { name, description, version = 1, input, output, example, work: { fallback = 'unserved' } = {} } = declaration;
  const work = { fallback };
  return { kind: 'operation', name: name as string as N, description, version, input, output, example, work };
}
