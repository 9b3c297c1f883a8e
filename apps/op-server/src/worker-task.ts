import type { FailureCode } from '@cateto/contracts';

/** What goes to a worker thread. */
export interface WorkerTask {
  readonly operation: string;
  readonly input: unknown;
  /** The request's deadline on the clock that all threads of a process share (`sharedNowMs`). */
  readonly deadlineMs: number;
}

/** What comes back, of what a handler threw too. */
export type Worked = { readonly output: unknown } | { readonly code: FailureCode; readonly message: string };
