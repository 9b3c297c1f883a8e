import type { Failure, FailureCode } from '@cateto/contracts';
import { traitOf } from '@cateto/contracts';

/** Tells errors of every copy of this package that a program holds: each copy has a class of its own. */
const brand = Symbol.for('@cateto/sdk/RequestError');

/**
 * What every failure of a request is thrown as. Tell failures apart by `code`; the text is for people. An error of another copy of
 * this package is an instance too.
 */
export class RequestError extends Error {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // oxlint-disable-next-line no-prototype-builtins
    if (this !== RequestError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && (value as { readonly [brand]?: unknown })[brand] === true;
  }

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
