import type { Catalogue } from './catalogue.ts';
import type { Failure } from '../messages/failures.ts';
import type { Formula, OperandsOf } from './formula.ts';
import type { InputOf, Operation, OutputOf } from './operation.ts';

/** What a handler learns about its request. */
export interface HandlerContext {
  /**
   * Aborts with a `TimeoutError` at the deadline and when the handler has run for the `work.maxMs` of its contract, and
   * with an `AbortError` when the requester cancels or the server closes. From then on no requester waits for the
   * output. A handler that waits for something else, such as a database, should pass the signal on, so that this wait
   * ends too. A handler that has not settled a second after the deadline is given up, and its output is dropped.
   */
  readonly signal: HandlerSignal;
  /**
   * When the requester stops waiting, in milliseconds on the clock of `performance.now()` in the thread that runs the
   * handler; under `simulate()` of the test kit on the virtual clock, that of `network.nowMs()`.
   */
  readonly deadlineMs: number;
  /** Milliseconds from the moment of reading until the deadline, also under `simulate()`. Negative after it. */
  readonly leftMs: number;
  /**
   * The request's id for people, `k3f0q9x2m1zd-7f`. It is the same for each attempt, in logs, and in the failure that
   * the requester gets.
   */
  readonly id: string;
  /**
   * How often the request has been sent so far, this time included. From 2 on, another server, or an earlier process of
   * this server, may have begun it.
   */
  readonly attempt: number;
  /** Writes a line with the request's id into the log of the server, as the event `handler-log`. */
  readonly log: (text: string) => void;
  /**
   * Reports the progress of the handler, from 0 to 1; other values are ignored. The server's beats pass it on to the
   * requester, best effort and at most twice a second, and the caller receives it through `onProgress`. Frequent calls
   * are cheap.
   */
  readonly progress: (share: number) => void;
}

/** The AbortSignal type of the program that is compiled. If the program knows none, the part that all of them share. */
export type HandlerSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : PlainSignal;

interface PlainSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * An operation's code: a pure function of its input. It returns expected failures, whose text reaches the client. An
 * error that it throws is logged with its stack and becomes `internal`, without its text unless the server exposes
 * errors. A handler that takes time should obey the signal of its context.
 */
export type Handler<O extends Operation = Operation> = (
  input: InputOf<O>,
  context: HandlerContext,
) => OutputOf<O> | Failure | Promise<OutputOf<O> | Failure>;

/** One handler for each operation of a catalogue, by name. A missing handler does not compile. */
export type HandlersOf<C extends Catalogue> = {
  readonly [N in keyof C['operations']]: Handler<C['operations'][N]>;
};

/**
 * One operation with its input, as a formula requests it. The n-th call of a plan travels on lane n, or prefers lane n
 * (`LanePolicy`).
 */
export interface Call<O extends Operation = Operation> {
  readonly operation: O;
  readonly input: InputOf<O>;
}

export function call<O extends Operation>(operation: O, input: NoInfer<InputOf<O>>): Call<O> {
  return { operation, input };
}

/** The results of a plan's calls, in the order of the calls. */
export type ResultsOf<P extends readonly Call[]> = { readonly [K in keyof P]: OutputOf<P[K]['operation']> };

/** A formula's code, pure and synchronous: the calls to request, and the answer from their results. */
export interface FormulaCode<F extends Formula = Formula, P extends readonly Call[] = readonly Call[]> {
  readonly formula: F;
  /** One round of 1 to 8 calls, or a failure for these operands. */
  plan(operands: OperandsOf<F>): P | Failure;
  combine(results: ResultsOf<P>, operands: OperandsOf<F>): OutputOf<F> | Failure;
}

export function formulaCode<F extends Formula, const P extends readonly Call[]>(
  formula: F,
  code: {
    plan(operands: OperandsOf<F>): P | Failure;
    combine(results: ResultsOf<NoInfer<P>>, operands: OperandsOf<F>): OutputOf<F> | Failure;
  },
): FormulaCode<F, P> {
  return {
    formula,
    plan: (operands) => code.plan(operands),
    combine: (results, operands) => code.combine(results, operands),
  };
}

/** The code of each formula of a catalogue, by name. A missing one does not compile. Exposed operations need none. */
export type FormulaCodesOf<C extends Catalogue> = {
  readonly [
    N in keyof C['formulas'] as C['formulas'][N] extends { readonly exposes: Operation } ? never : N
  ]: FormulaCode<C['formulas'][N]>;
};
