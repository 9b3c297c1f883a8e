import type { AnyFailureCode, FailureCode } from '@cateto/contracts';
import { isOfProtocol } from '@cateto/contracts';
import { exitCodes as exitCodesOfPrograms } from '@cateto/app-kit';

interface ClientExitCodes {
  readonly deadlineExceeded: 3;
  readonly nobodyListened: 4;
  /** Refused by the contract: not a number, out of domain, unknown formula. */
  readonly refused: 5;
}

/** The exit codes that scripts can rely on (docs/running.md, exit codes of the client). */
export const exitCodes: typeof exitCodesOfPrograms & ClientExitCodes = {
  ...exitCodesOfPrograms,
  deadlineExceeded: 3,
  nobodyListened: 4,
  refused: 5,
};

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeOfFailure: Readonly<Record<FailureCode, ExitCode>> = {
  'invalid-request': exitCodes.refused,
  'unknown-formula': exitCodes.refused,
  'unknown-operation': exitCodes.refused,
  'contract-mismatch': exitCodes.refused,
  'out-of-domain': exitCodes.refused,
  overloaded: exitCodes.failed,
  'no-listener': exitCodes.nobodyListened,
  'deadline-exceeded': exitCodes.deadlineExceeded,
  // In the client only the user cancels, with Ctrl-C.
  cancelled: exitCodes.interrupted,
  'server-lost': exitCodes.failed,
  internal: exitCodes.failed,
};

/** A failure's code, or a name for a fault that belongs to no request. */
export type FaultCode = AnyFailureCode;

const faultCodes: Readonly<Record<ExitCode, FaultCode>> = {
  [exitCodes.done]: 'failed',
  [exitCodes.failed]: 'failed',
  [exitCodes.usage]: 'usage',
  [exitCodes.deadlineExceeded]: 'deadline-exceeded',
  [exitCodes.nobodyListened]: 'no-listener',
  [exitCodes.refused]: 'invalid-request',
  [exitCodes.interrupted]: 'cancelled',
  [exitCodes.unread]: 'failed',
  [exitCodes.terminated]: 'cancelled',
};

/** The name of a fault that has only an exit code. */
export function faultCodeOf(exitCode: ExitCode): FaultCode {
  return faultCodes[exitCode];
}

/** A failure that a contract declares counts as refused, like `out-of-domain`. */
export function exitCodeOf(code: AnyFailureCode): ExitCode {
  return isOfProtocol(code) ? exitCodeOfFailure[code] : exitCodes.refused;
}

/** Marks the errors of requests, whichever copy of the SDK made them. */
const requestError = Symbol.for('@cateto/sdk/RequestError');

/**
 * The code of a failed request. It reads the mark of the error and not its class: importing the SDK's class would load
 * its native library for every `--help`.
 */
export function failureCodeIn(error: unknown): AnyFailureCode | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return requestError in error || isOfProtocol(error.code) ? error.code : undefined;
}
