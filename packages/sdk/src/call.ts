import type {
  FailureCode,
  FailureData,
  FailureSchemas,
  FailuresOf,
  FallbackLane,
  Formula,
  LabelledOperands,
  OutputOf,
} from '@cateto/contracts';
import type { RequestError } from './request-error.ts';

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
  /**
   * The lanes of the calls that the calc-server computed itself, because no op-server answered; each once. Calls of a
   * generator that had no lane yet have 0.
   */
  readonly fallbacks: readonly FallbackLane[];
  /** How many calls these are, if there is not one for each lane. */
  readonly fallbackCount?: number | undefined;
}

/** The error of a failed call: a failure of the protocol, or one that the formula declares, with its data. */
export type CallError<F extends Formula> = RequestError<FailureCode, undefined> | DeclaredError<FailuresOf<F>>;

type DeclaredError<D extends FailureSchemas> = {
  readonly [K in keyof D & string]: RequestError<K, FailureData<D, K>>;
}[keyof D & string];

/** The promise of a call whose formula declares failures. */
export interface FailingCall<T, E> extends Promise<T> {
  /** Exists for types only: it tells `safe` the errors of the call. */
  readonly '~error': E;
}

type CallResult<F extends Formula> = [keyof FailuresOf<F>] extends [never]
  ? Promise<Answer<OutputOf<F>>>
  : FailingCall<Answer<OutputOf<F>>, CallError<F>>;

/** A formula as a function: its operands, then options. */
export interface FormulaCall<F extends Formula> {
  (...args: [...operands: LabelledOperands<F['operands']>, options?: CallOptions]): CallResult<F>;
  readonly contract: F;
}
