import type { FailureCode } from '@cateto/contracts';

/** What goes to a thread. */
export interface ThreadTask {
  readonly operation: string;
  readonly input: unknown;
  /** The request's deadline on the clock that all threads of a process share (`sharedNowMs`). */
  readonly deadlineMs: number;
  /** The request's, as people see it. */
  readonly id: string;
  readonly attempt: number;
  /** Where the handler says how far it is: memory that all threads of a process share, so that no message is needed. */
  readonly shares?: TaskShares | undefined;
  /** Where the contract bounds how long the handler runs. */
  readonly limit?: TaskLimit | undefined;
}

export interface TaskShares {
  readonly of: Float64Array;
  readonly place: number;
}

export interface TaskLimit {
  readonly maxMs: number;
  /** By which the thread names it when the handler begins. */
  readonly run: number;
}

/** The handler of a task with a limit begins: only its thread knows when. */
export interface Begun {
  readonly begun: number;
}

/** What comes back. */
export type Worked = Outcome & {
  /** How long the thread was blocked, until the handler returned or threw. */
  readonly blockedMs: number;
};

/** An output, a failure that the handler returned, or what it threw. */
export type Outcome =
  | { readonly output: unknown }
  | { readonly code: FailureCode; readonly message: string }
  | { readonly thrown: Thrown }
  /** It ran longer than its limit, whatever came of it. */
  | { readonly overran: true };

/** What was thrown, as a plain value: an error of any class, or a symbol, would not get to another thread. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** A line that a handler logs, on its way to the server's log. */
export interface LoggedLine {
  /** Of the operation. */
  readonly name: string;
  readonly id: string;
  readonly message: string;
}
