import type { ExitCode } from '../../exit-codes.ts';
import { exitCodes } from '../../exit-codes.ts';

/** A fault in the text of a file, with its line. The caller puts the file's name in front. */
export class TextFault extends Error {
  override readonly name = 'TextFault';
  readonly exitCode: ExitCode;

  /** The message without its advice. Flags concern the input, and do not help with a file that a batch has written. */
  readonly fact: string;

  constructor(fact: string, exitCode: ExitCode = exitCodes.failed, advice = '') {
    super(advice === '' ? fact : `${fact}; ${advice}`);
    this.exitCode = exitCode;
    this.fact = fact;
  }
}
