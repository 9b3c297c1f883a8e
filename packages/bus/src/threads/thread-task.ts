/** A task for a thread. */
export interface ThreadTask {
  readonly operation: string;
  readonly input: unknown;
  /** The deadline of the request, on the clock that all threads of a process share (`sharedNowMs`). */
  readonly deadlineMs: number;
  /** The request's id, for people. */
  readonly id: string;
  readonly attempt: number;
  /**
   * Where the handler writes its progress and learns that it is cancelled: memory that all threads of a process share, so
   * that no message is needed.
   */
  readonly shares?: TaskShares | undefined;
  /** The limit from the contract, if there is one. */
  readonly limit?: TaskLimit | undefined;
}

export interface TaskShares {
  readonly of: Float64Array;
  /** 1 when the requester has cancelled. */
  readonly cancelled: Int32Array;
  readonly place: number;
}

export interface TaskLimit {
  readonly maxMs: number;
  /** The number by which the thread reports that the handler begins. */
  readonly run: number;
}

/** The handler of a task with a limit begins. Only its thread knows when. */
export interface Begun {
  readonly begun: number;
}

/** The result of a task. */
export type Worked = Outcome & {
  /** How long the thread was blocked, until the handler returned or threw. */
  readonly blockedMs: number;
};

/** An output, a failure that the handler returned, or what it threw. */
export type Outcome =
  | { readonly output: unknown }
  | { readonly code: string; readonly message: string; readonly data: unknown }
  | { readonly thrown: Thrown }
  /** The handler ran longer than its limit, whatever its result. */
  | { readonly overran: true };

/** A thrown value as plain data: an error of any class, or a symbol, could not be sent to another thread. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** A line that a handler logs, on its way to the server's log. */
export interface LoggedLine {
  /** The name of the operation. */
  readonly name: string;
  readonly id: string;
  readonly message: string;
}
