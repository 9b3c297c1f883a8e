import type { Catalogue } from './catalogue.ts';
import type { Failure } from '../messages/failures.ts';
import type { Fail, FailureSchemas, FailuresOf } from './declared-failures.ts';
import type { CallsOf, Formula, OperandsOf } from './formula.ts';
import type { InputOf, Operation, OutputOf } from './operation.ts';
import type { Call, Step } from './step.ts';

/** The context of a handler: facts about its request. */
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

/** The context of a handler whose contract declares failures. */
export interface FailingContext<D extends FailureSchemas = FailureSchemas> extends HandlerContext {
  /**
   * Makes a failure that the contract declares, for the handler to return: `return fail('market-closed', { until })`.
   * The server checks the data against the contract.
   */
  readonly fail: Fail<D>;
}

/** The context of an operation's handler. */
export type ContextOf<O extends Operation> = [keyof FailuresOf<O>] extends [never]
  ? HandlerContext
  : FailingContext<FailuresOf<O>>;

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
  context: ContextOf<O>,
) => OutputOf<O> | Failure | Promise<OutputOf<O> | Failure>;

/** One handler for each operation of a catalogue, by name. A missing handler does not compile. */
export type HandlersOf<C extends Catalogue> = {
  readonly [N in keyof C['operations']]: Handler<C['operations'][N]>;
};

/** The results of a plan's calls, in the order of the calls. */
export type ResultsOf<P extends readonly Call[]> = { readonly [K in keyof P]: OutputOf<P[K]['operation']> };

/** The code of a formula of one round, pure and synchronous: the calls to request, and the answer from their results. */
export interface FormulaCode<F extends Formula = Formula, P extends readonly Call[] = readonly Call[]> {
  readonly formula: F;
  readonly steps?: undefined;
  /** One round of 1 to 8 calls, or a failure for these operands. */
  plan(operands: OperandsOf<F>): P | Failure;
  combine(results: ResultsOf<P>, operands: OperandsOf<F>): OutputOf<F> | Failure;
}

/**
 * The code of a formula of any shape: a synchronous generator of steps. A server may run it again from the start, so it
 * must be pure: with the same operands and results it yields the same steps. It has no clock and no random numbers, and
 * changes nothing outside.
 */
export interface FormulaGenerator<F extends Formula = Formula> {
  readonly formula: F;
  readonly plan?: undefined;
  steps(operands: OperandsOf<F>): Generator<Step<CallsOf<F>>, OutputOf<F> | Failure, unknown>;
}

/** The code of a formula in either form. */
export type AnyFormulaCode<F extends Formula = Formula> = FormulaCode<F> | FormulaGenerator<F>;

interface OneRound<F extends Formula, P extends readonly Call[]> {
  plan(operands: OperandsOf<F>): P | Failure;
  combine(results: ResultsOf<NoInfer<P>>, operands: OperandsOf<F>): OutputOf<F> | Failure;
}

type Steps<F extends Formula> = FormulaGenerator<F>['steps'];

/**
 * Connects a formula with its code.
 *
 * @param code `plan` and `combine` for one round of at most eight calls, or a generator of steps (`function*`). A call
 *   that fails is thrown at its `yield*` as a `Failure`; uncaught, it is the outcome of the formula.
 */
export function formulaCode<F extends Formula, const P extends readonly Call<CallsOf<F>>[] = never>(
  formula: F,
  code: OneRound<F, P> | Steps<F>,
): [P] extends [never] ? FormulaGenerator<F> : FormulaCode<F, P>;
export function formulaCode(
  formula: Formula,
  code: OneRound<Formula, readonly Call[]> | Steps<Formula>,
): AnyFormulaCode {
  if (typeof code === 'function') return { formula, steps: (operands) => code(operands) };
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
  ]: AnyFormulaCode<C['formulas'][N]>;
};

/** Whether a value is the code of the formula of this name: types do not bind a program in JavaScript. */
export function isCodeOf(formula: string, given: unknown): given is AnyFormulaCode {
  const { formula: own, steps, plan, combine } = (given ?? {}) as Partial<Record<keyof FormulaCode, unknown>>;
  if (typeof own === 'object' && own !== null && 'name' in own && own.name !== formula) return false;
  return typeof steps === 'function' || (typeof plan === 'function' && typeof combine === 'function');
}
