import { failureTextMax } from './limits.ts';

/**
 * The table of everything that can go wrong with a request. An outcome that is not a value is one of these codes, on
 * the wire, in the state machines, in the SDK's `RequestError` and in the CLI's exit codes.
 */
export interface FailureTrait {
  /** The meaning, for people. */
  readonly meaning: string;
  /** Whether a retry, later or on another server, can help. */
  readonly retryable: boolean;
  /** Whether a server may have run the request. */
  readonly mayHaveRun: boolean;
  /** Whether a requester tries the other servers before it settles with this code. */
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
    meaning:
      'every server that was tried is full, no server will have room in time, or too many requests wait at the requester',
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
    meaning: 'the caller cancelled the request',
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

/** The code of a failure: one of the table, or one that a contract declares. */
export type AnyFailureCode = FailureCode | (string & Record<never, never>);

/** A failure that a contract declares is an answer: no other server would give another one. */
const declaredTrait: FailureTrait = {
  meaning: 'a failure that the contract declares',
  retryable: false,
  mayHaveRun: true,
  anotherServerMayKnow: false,
};

/** Recognises failures of every copy of this package in a program. Each copy has a class of its own. */
const brand = Symbol.for('@cateto/contracts/failure');

/** An operating failure: a value. Only the SDK and the CLI throw it. */
export class Failure {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /**
   * Exists for types only. An object that merely looks like a failure does not compile where a failure is expected, and
   * a failure of another copy of this package does.
   */
  declare readonly '~failure': true;
  readonly code: AnyFailureCode;
  /** The fault and its place, for people. */
  readonly message: string;
  /** The data of a failure that a contract declares; undefined for any other failure. */
  readonly data: unknown;

  constructor(code: AnyFailureCode, message: string, data: unknown) {
    this.code = code;
    this.message = message;
    this.data = data;
  }

  /** For logs, when code throws a failure without a message, which it should return. */
  toString(): string {
    return `failure "${this.code}"${this.message === '' ? '' : `: ${this.message}`}`;
  }
}

/** @param data of a failure that a contract declares */
export function failure(code: AnyFailureCode, message: string, data?: unknown): Failure {
  return new Failure(code, message, data);
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && (value as { readonly [brand]?: unknown })[brand] === true;
}

export function traitOf(code: AnyFailureCode): FailureTrait {
  return isOfProtocol(code) ? failureTable[code] : declaredTrait;
}

/** Whether a code is one of the table, and not one that a contract declares. */
export function isOfProtocol(code: AnyFailureCode): code is FailureCode {
  return Object.hasOwn(failureTable, code);
}

/**
 * A failure's message as it is sent. Half of a surrogate pair would make readers in other languages drop the whole
 * body.
 */
export function sentText(message: string): string {
  return message.slice(0, failureTextMax).toWellFormed();
}

/** A code as it came over the wire. A code that is not in the table becomes `internal`. */
export function failureCodeOf(text: string): FailureCode {
  return isOfProtocol(text) ? text : 'internal';
}
