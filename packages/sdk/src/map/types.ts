import type { Catalogue, Formula, FormulaName, OperandsOf, OutputOf } from '@cateto/contracts';
import type { Answer, CallError, CallOptions } from '../call.ts';
import type { RequestError } from '../request-error.ts';

/** How a map treats a failed call: it ends with the failure, or collects it as a result. */
export type OnFailure = 'throw' | 'collect';

/** The options of a map. Those of calls hold for each call, and `timeoutMs` counts from the moment the call begins. */
export interface MapOptions<M extends OnFailure = OnFailure> extends Omit<CallOptions, 'onProgress'> {
  /**
   * The most calls at once, 1 to 65,536; unless given, 256. Calls in flight and unread results together number at
   * most this.
   */
  readonly concurrency?: number | undefined;
  /** Whether results come in the order of the inputs; unless given, true. If not, each comes as soon as it is there. */
  readonly ordered?: boolean | undefined;
  /**
   * `throw`, the default: the first failed call ends the map, which rejects with its error. `collect`: a failed call is
   * a result with an `error`.
   */
  readonly onFailure?: M | undefined;
}

/** The answer to one input. */
export interface MapAnswer<V> extends Answer<V> {
  /** The number of the input, from 0. */
  readonly index: number;
  readonly error: undefined;
}

/** The failure of one input, where failures are collected. */
export interface MapFailure<E = RequestError> {
  /** The number of the input, from 0. */
  readonly index: number;
  readonly value: undefined;
  readonly error: E;
}

/** The outcome of one input: `error` is undefined exactly when the call succeeded, as with `safe`. */
export type MapOutcome<V, E = RequestError> = MapAnswer<V> | MapFailure<E>;

/** One result of a map: an answer, or with collected failures an outcome. */
export type MapResult<V, M extends OnFailure, E = RequestError> = M extends 'collect' ? MapOutcome<V, E> : MapAnswer<V>;

/** The results of a map. Ending the loop early, or `return()`, cancels the calls in flight and ends the source. */
export interface MapResults<R> extends AsyncIterableIterator<R, undefined> {
  next(): Promise<IteratorResult<R, undefined>>;
  return(): Promise<IteratorResult<R, undefined>>;
  [Symbol.asyncIterator](): MapResults<R>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Several inputs, one after the other. Each is the list of a call's operands. */
export type Inputs<I> = Iterable<I> | AsyncIterable<I>;

/** A formula of a catalogue: its name, or the client's method for it. */
export type FormulaOf<C extends Catalogue, G> =
  G extends FormulaName<C> ? C['formulas'][G] : G extends FormulaMethod<infer F> ? F : never;

interface FormulaMethod<F extends Formula> {
  readonly contract: F;
}

/** The method `map` of a client. */
export type MapMethod<C extends Catalogue> = <
  G extends FormulaName<C> | FormulaMethod<Formula>,
  const M extends OnFailure = 'throw',
>(
  formula: G,
  inputs: Inputs<OperandsOf<FormulaOf<C, G>>>,
  options?: MapOptions<M>,
) => MapResults<MapResult<OutputOf<FormulaOf<C, G>>, M, CallError<FormulaOf<C, G>>>>;
