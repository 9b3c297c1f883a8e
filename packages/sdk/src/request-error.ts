import type { Failure, FailureCode } from '@cateto/contracts';
import { traitOf } from '@cateto/contracts';

/** What every failure of a request is thrown as. Tell failures apart by `code`; the text is for people. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: FailureCode;
  /** Whether asking again can help. */
  readonly retryable: boolean;
  /** Whether a server may have run the request. */
  readonly mayHaveRun: boolean;
  /** The request's id; undefined when it was refused before it got one. */
  readonly id: string | undefined;

  constructor({ code, message }: Failure, id: string | undefined, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.id = id;
    const { retryable, mayHaveRun } = traitOf(code);
    this.retryable = retryable;
    // Without an id it was never sent.
    this.mayHaveRun = mayHaveRun && id !== undefined;
  }
}
