import type { ExitCode } from '../exit-codes.ts';
import { exitCodes } from '../exit-codes.ts';

/** What is wrong with the text of a file, and in which line. Whoever knows the file's name puts it in front. */
export class TextFault extends Error {
  override readonly name = 'TextFault';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
