import type { Catalogue, FormulaName, LabelledOperands, Lane, OutputOf } from '@cateto/contracts';
import type { ObservedMessage } from '@cateto/bus';
import type { SystemStatus } from './system-status.ts';

export interface CallOptions {
  /** How long the call may take, in milliseconds; unless given, the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /**
   * Cancels the call: it rejects at once with `cancelled`. If the signal has aborted before the call, nothing is sent.
   */
  readonly signal?: AbortSignal | undefined;
  /** A mark that observers see on this request and on all requests that it causes; `true` uses the request's own id. */
  readonly trace?: string | true | undefined;
  /**
   * Receives the progress of the computation, from 0 to 1: the mean of its calls, where a finished call counts as 1.
   * Best effort, at most twice a second. The value falls when another server starts the computation again. An exception
   * that the callback throws ends the process, like that of an event listener.
   */
  readonly onProgress?: ((share: number) => void) | undefined;
}

export interface Answer<V> {
  readonly value: V;
  /** The request's id, `k3f0q9x2m1zd-7f`. */
  readonly id: string;
  readonly elapsedMs: number;
  /** The lanes whose operations the calc-server computed itself, because no op-server answered. */
  readonly fallbacks: readonly Lane[];
}

/** A formula as a function: its operands, then options. */
export type FormulaCalls<C extends Catalogue> = {
  readonly [F in FormulaName<C>]: (
    ...args: [...operands: LabelledOperands<C['formulas'][F]['operands']>, options?: CallOptions]
  ) => Promise<Answer<OutputOf<C['formulas'][F]>>>;
};

export interface ObservedAt extends ObservedMessage {
  /** When this client saw the message, in milliseconds since 1970. */
  readonly at: number;
}

export interface Watch {
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The methods of a client besides its formulas. */
export interface ClientBase<C extends Catalogue> {
  readonly address: string;
  readonly catalogue: C;
  /**
   * Calls a formula whose name is known only at run time.
   *
   * @throws RequestError, like every call; `unknown-formula` and `invalid-request` before anything is sent
   */
  call(formula: string, operands: readonly unknown[], options?: CallOptions): Promise<Answer<unknown>>;
  /** The state of brokers and servers; takes at most `waitMs` (1,000 unless given). */
  status(options?: { readonly waitMs?: number | undefined }): Promise<SystemStatus>;
  /** Passes every message from now on to `onMessage`. */
  watch(onMessage: (message: ObservedAt) => void): Watch;
  /** Cancels open requests and closes the sockets. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type Client<C extends Catalogue> = FormulaCalls<C> & ClientBase<C>;
