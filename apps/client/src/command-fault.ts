import type { AnyFailureCode } from '@cateto/contracts';
import type { ExitCode } from './exit-codes.ts';

export interface CommandFaultOptions extends ErrorOptions {
  /** The failure of the request that ended the command, if a request did. */
  readonly code?: AnyFailureCode;
  /** Set when the command's output has already reported it: `--json` then adds nothing. */
  readonly printed?: boolean;
}

/** Ends a command with one line on stderr and the exit code. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault';
  readonly exitCode: ExitCode;
  readonly code: AnyFailureCode | undefined;
  readonly printed: boolean;

  constructor(exitCode: ExitCode, message: string, options: CommandFaultOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
    this.code = options.code;
    this.printed = options.printed === true;
  }
}
