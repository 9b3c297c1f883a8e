import type { Failure, FailureCode } from '@cateto/contracts';
import { traitOf } from '@cateto/contracts';

/** Marks the errors of every copy of this package: each copy in a program has a class of its own. */
const brand = Symbol.for('@cateto/sdk/RequestError');

/**
 * The error of every failed request. Tell failures apart by `code`; the message is for people. Errors of other copies
 * of this package are instances too.
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
  /** Whether a retry can help. */
  readonly retryable: boolean;
  /** Whether a server may have run the request. */
  readonly mayHaveRun: boolean;
  /** The request's id; undefined when the request was refused before it got one. */
  readonly id: string | undefined;

  constructor({ code, message }: Failure, id: string | undefined, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.id = id;
    const { retryable, mayHaveRun } = traitOf(code);
    this.retryable = retryable;
    // A request without an id was never sent.
    this.mayHaveRun = mayHaveRun && id !== undefined;
  }
}
