import type { ExitCode } from '../exit-codes.ts';
import { exitCodes } from '../exit-codes.ts';

/** What is wrong with the text of a file, and in which line. Whoever knows the file's name puts it in front. */
export class TextFault extends Error {
  override readonly name = 'TextFault';
  readonly exitCode: ExitCode;

  /** The message without its advice: flags speak of the input, and are of no use for a file that a batch has written. */
  readonly fact: string;

  constructor(fact: string, exitCode: ExitCode = exitCodes.failed, advice = '') {
    super(advice === '' ? fact : `${fact}; ${advice}`);
    this.exitCode = exitCode;
    this.fact = fact;
  }
}
