import { failureLine } from './failure-text.ts';
import { oneLine } from '@cateto/app-kit';
import { isOfProtocol, SettingFault, traitOf } from '@cateto/contracts';
import type { RequestError } from '@cateto/sdk';
import { CommanderError } from 'commander';
import { CommandFault } from './command-fault.ts';
import type { ExitCode, FaultCode } from './exit-codes.ts';
import { exitCodeOf, exitCodes, failureCodeIn, faultCodeOf } from './exit-codes.ts';

/** The end of a command that failed. */
export interface Ending {
  readonly exitCode: ExitCode;
  /** One line; empty when there is nothing to explain. */
  readonly message: string;
  /** The object that `--json` prints; undefined when it prints none. */
  readonly error: ErrorInJson | undefined;
}

/** The object that a failing command prints with `--json`, as `{"error": …}`. */
export interface ErrorInJson {
  /** A failure's code, or a name for the exit code. */
  readonly code: FaultCode;
  readonly message: string;
  /** The request's id; null when there was no request. */
  readonly id: string | null;
  /** Whether a retry can help. */
  readonly retryable: boolean;
  /** Whether a server may have run the request. */
  readonly mayHaveRun: boolean;
  /** The data of a failure that the contract declares; missing for any other failure. */
  readonly data?: unknown;
}

/** @throws a fault of this program, which should end it with a stack */
export function endingOf(error: unknown): Ending {
  if (error instanceof CommandFault) {
    const { exitCode, message, code, printed } = error;
    // The client found this failure itself, so a retry would find it again.
    const fault = code === undefined ? faultOf(faultCodeOf(exitCode)) : { ...faultOf(code), retryable: false };
    return ending(exitCode, message, printed ? undefined : fault);
  }
  if (error instanceof SettingFault) return ending(exitCodes.usage, error.message, faultOf('usage'));
  if (error instanceof CommanderError) return endingOfUsage(error);
  const code = failureCodeIn(error);
  if (code === undefined || !(error instanceof Error)) throw error;
  const failed = error as RequestError;
  const { id = null, retryable, mayHaveRun } = failed;
  const data = isOfProtocol(code) ? {} : { data: failed.data };
  const message = code === 'cancelled' ? 'interrupted' : failureLine(failed);
  return ending(exitCodeOf(code), message, { code, id, retryable, mayHaveRun, ...data });
}

function endingOfUsage(error: CommanderError): Ending {
  // Help that was requested is not an error. Help for lack of a command has been written already.
  if (error.exitCode === exitCodes.done) return { exitCode: exitCodes.done, message: '', error: undefined };
  const message = error.code === 'commander.help' ? '' : error.message.replace(/^error: /, '');
  return ending(exitCodes.usage, message, faultOf('usage'));
}

type Fault = Omit<ErrorInJson, 'message'>;

function faultOf(code: FaultCode): Fault {
  const retryable = code === 'usage' || code === 'failed' ? false : traitOf(code).retryable;
  return { code, id: null, retryable, mayHaveRun: false };
}

function ending(exitCode: ExitCode, message: string, fault: Fault | undefined): Ending {
  const line = oneLine(message);
  if (fault === undefined || line === '') return { exitCode, message: line, error: undefined };
  const { code, ...rest } = fault;
  return { exitCode, message: line, error: { code, message: line, ...rest } };
}
