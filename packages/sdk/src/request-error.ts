import type { AnyFailureCode, Failure } from '@cateto/contracts';
import { failure, traitOf } from '@cateto/contracts';

/** Marks the errors of every copy of this package: each copy in a program has a class of its own. */
const brand = Symbol.for('@cateto/sdk/RequestError');

interface RequestErrorOptions extends ErrorOptions {
  readonly index?: number;
}

/**
 * The error of every failed request. Tell failures apart by `code`; the message is for people. Errors of other copies
 * of this package are instances too.
 */
export class RequestError<C extends AnyFailureCode = AnyFailureCode, D = unknown> extends Error {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): value is RequestError {
    // oxlint-disable-next-line no-prototype-builtins
    if (this !== RequestError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && (value as { readonly [brand]?: unknown })[brand] === true;
  }

  override readonly name = 'RequestError';
  readonly code: C;
  /** The data of a failure that the formula's contract declares; undefined for any other failure. */
  readonly data: D;
  /** Whether a retry can help. */
  readonly retryable: boolean;
  /** Whether a server may have run the request. */
  readonly mayHaveRun: boolean;
  /** The request's id; undefined when the request was refused before it got one. */
  readonly id: string | undefined;
  /** The number of the input, from 0, when the request was one of a `map`. */
  readonly index: number | undefined;

  constructor({ code, message, data }: Failure, id: string | undefined, options?: RequestErrorOptions) {
    super(message, options);
    this.code = code as C;
    this.data = data as D;
    this.id = id;
    this.index = options?.index;
    const { retryable, mayHaveRun } = traitOf(code);
    this.retryable = retryable;
    // A request without an id was never sent.
    this.mayHaveRun = mayHaveRun && id !== undefined;
  }
}

/** The error of a map whose call for this input failed. */
export function atInput(index: number, error: RequestError): RequestError {
  const { code, message, data, id } = error;
  return new RequestError(failure(code, `input ${index}: ${message}`, data), id, { cause: error, index });
}

/** The error of a call that the program itself got wrong, or that comes after the client was closed. */
export function refusedCall(message: string): RequestError {
  return new RequestError(failure('invalid-request', message), undefined);
}

export function callAfterClose(): RequestError {
  return new RequestError(failure('cancelled', 'the connection was closed'), undefined);
}

/** @param id of the request, if it was sent */
export function abortedCall(id: string | undefined, signal: AbortSignal): RequestError {
  return new RequestError(failure('cancelled', 'the call was aborted'), id, { cause: reasonOf(signal) });
}

function reasonOf(signal: AbortSignal): unknown {
  try {
    return signal.reason;
  } catch (error) {
    return error;
  }
}
