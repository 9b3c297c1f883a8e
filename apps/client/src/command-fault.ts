import type { FailureCode } from '@cateto/contracts';
import type { ExitCode } from './exit-codes.ts';

export interface CommandFaultOptions extends ErrorOptions {
  /** The failure it is, when it is one of a request. */
  readonly code?: FailureCode;
  /** Set when what the command printed says it already: with `--json` nothing is added to that. */
  readonly printed?: boolean;
}

/** Ends a command: one line on stderr, then the exit code. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault';
  readonly exitCode: ExitCode;
  readonly code: FailureCode | undefined;
  readonly printed: boolean;

  constructor(exitCode: ExitCode, message: string, options: CommandFaultOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
    this.code = options.code;
    this.printed = options.printed === true;
  }
}
