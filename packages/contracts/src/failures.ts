import { failureTextMax } from './limits.ts';

/**
 * The one table of what can go wrong with a request. Everything that is not a value is one of these codes, on the
 * wire, in the machines, in the SDK's `RequestError` and in the CLI's exit codes.
 */
export interface FailureTrait {
  /** What it means, as a person would say it. */
  readonly meaning: string;
  /** Whether asking again later, or another server, can help. */
  readonly retryable: boolean;
  /** Whether a server may have run the request. */
  readonly mayHaveRun: boolean;
  /** Whether a requester tries the other listeners before it settles with this. */
  readonly anotherServerMayKnow: boolean;
}

export const failureTable = {
  'invalid-request': {
    meaning: 'the request does not fit the contract',
    retryable: false,
    mayHaveRun: false,
    anotherServerMayKnow: false,
  },
  'unknown-formula': {
    meaning: 'the server does not know this formula',
    retryable: true,
    mayHaveRun: false,
    anotherServerMayKnow: true,
  },
  'unknown-operation': {
    meaning: 'the server does not know this operation',
    retryable: true,
    mayHaveRun: false,
    anotherServerMayKnow: true,
  },
  'contract-mismatch': {
    meaning: 'the server was built against another version of the contract',
    retryable: true,
    mayHaveRun: false,
    anotherServerMayKnow: true,
  },
  'out-of-domain': {
    meaning: 'the function has no value for these operands',
    retryable: false,
    mayHaveRun: true,
    anotherServerMayKnow: false,
  },
  overloaded: {
    meaning: 'every server that was asked has its queue full, or too much waits at the requester',
    retryable: true,
    mayHaveRun: false,
    anotherServerMayKnow: true,
  },
  'no-listener': {
    meaning: 'the request was never sent: before the deadline no broker was reached, or no server listened',
    retryable: true,
    mayHaveRun: false,
    anotherServerMayKnow: false,
  },
  'deadline-exceeded': {
    meaning: 'the request was sent, but no answer came before the deadline',
    retryable: true,
    mayHaveRun: true,
    anotherServerMayKnow: false,
  },
  'server-lost': {
    meaning: 'three servers ended while they had the request, perhaps because of it',
    retryable: false,
    mayHaveRun: true,
    anotherServerMayKnow: false,
  },
  cancelled: {
    meaning: 'the caller gave the request up',
    retryable: false,
    mayHaveRun: true,
    anotherServerMayKnow: false,
  },
  internal: {
    meaning: 'a fault of the server or of this library',
    retryable: false,
    mayHaveRun: true,
    anotherServerMayKnow: false,
  },
} as const satisfies Record<string, FailureTrait>;

export type FailureCode = keyof typeof failureTable;

/** Tells failures of every copy of this package that a program holds: each copy has a class of its own. */
const brand = Symbol.for('@cateto/contracts/failure');

/** An operating failure: a value, never thrown by anything but the SDK and the CLI. */
export class Failure {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /**
   * Only a type: an object which merely looks like a failure does not compile where one is expected, and a failure of another
   * copy of this package does.
   */
  declare readonly '~failure': true;
  readonly code: FailureCode;
  /** What is wrong and where, for a person. */
  readonly message: string;

  constructor(code: FailureCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

export function failure(code: FailureCode, message: string): Failure {
  return new Failure(code, message);
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && (value as { readonly [brand]?: unknown })[brand] === true;
}

export function traitOf(code: FailureCode): FailureTrait {
  return failureTable[code];
}

/** A failure's message as it is sent: readers in other languages drop a whole body for half of a surrogate pair. */
export function sentText(message: string): string {
  return message.slice(0, failureTextMax).toWellFormed();
}

/** A code as it came over the wire: what is not in the table is `internal`. */
export function failureCodeOf(text: string): FailureCode {
  return Object.hasOwn(failureTable, text) ? (text as FailureCode) : 'internal';
}
