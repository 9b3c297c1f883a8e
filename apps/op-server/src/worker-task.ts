import type { FailureCode } from '@cateto/contracts';

/** What goes to a worker thread. */
export interface WorkerTask {
  readonly operation: string;
  readonly input: unknown;
}

/** What comes back, of what a handler threw too. */
export type Worked = { readonly output: unknown } | { readonly code: FailureCode; readonly message: string };
