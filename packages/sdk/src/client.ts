import type { Catalogue, FormulaName, LabelledOperands, Lane, OutputOf } from '@cateto/contracts';
import type { ObservedMessage } from '@cateto/bus';
import type { SystemStatus } from './system-status.ts';

export interface CallOptions {
  /** How long it may take, in milliseconds; the client's own unless given. */
  readonly timeoutMs?: number | undefined;
  /** Cancels it: the call rejects at once with `cancelled`, nothing is sent. */
  readonly signal?: AbortSignal | undefined;
  /** A mark that an observer sees on this request and on all it causes; `true` makes it the request's own id. */
  readonly trace?: string | true | undefined;
  /**
   * Told how far the computation is, from 0 to 1: the mean of its calls, of which one that is computed counts as 1. Best effort, at most
   * twice a second, and less than before when another server has begun anew. What it throws ends the process, as of an event listener.
   */
  readonly onProgress?: ((share: number) => void) | undefined;
}

export interface Answer<V> {
  readonly value: V;
  /** The request's id, `k3f0q9x2m1zd-7f`. */
  readonly id: string;
  readonly elapsedMs: number;
  /** The lanes whose operation the calc-server computed itself, because no op-server answered. */
  readonly fallbacks: readonly Lane[];
}

/** A formula as a function: its operands, then options. */
export type FormulaCalls<C extends Catalogue> = {
  readonly [F in FormulaName<C>]: (
    ...args: [...operands: LabelledOperands<C['formulas'][F]['operands']>, options?: CallOptions]
  ) => Promise<Answer<OutputOf<C['formulas'][F]>>>;
};

export interface ObservedAt extends ObservedMessage {
  /** When it was seen here, milliseconds since 1970. */
  readonly at: number;
}

export interface Watch {
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a client can do besides its formulas. */
export interface ClientBase<C extends Catalogue> {
  readonly address: string;
  readonly catalogue: C;
  /**
   * Calls a formula by a name known at run time only.
   *
   * @throws RequestError, like every call; `unknown-formula` and `invalid-request` before anything is sent
   */
  call(formula: string, operands: readonly unknown[], options?: CallOptions): Promise<Answer<unknown>>;
  /** How brokers and servers are; takes at most `waitMs` (1,000 unless given). */
  status(options?: { readonly waitMs?: number | undefined }): Promise<SystemStatus>;
  /** Shows whatever messages pass from now on. */
  watch(onMessage: (message: ObservedAt) => void): Watch;
  /** Cancels what is open and closes the sockets. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type Client<C extends Catalogue> = FormulaCalls<C> & ClientBase<C>;
