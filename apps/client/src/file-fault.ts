import { CommandFault } from './command-fault.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodes } from './exit-codes.ts';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'not permitted',
  EISDIR: 'it is a directory',
  ENOSPC: 'the disk is full',
};

/** What the operating system says of a file, in words that a user knows. */
export function faultOf(file: string, error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return `${file}: ${words[code] ?? error.message}`;
}

/**
 * What the operating system or the CSV parser says of a file, as a line of ours.
 *
 * @returns anything else unchanged
 */
export function cannotUse(file: string, error: unknown, exitCode: ExitCode = exitCodes.usage): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  return new CommandFault(exitCode, faultOf(file, error), { cause: error });
}

/** Tells whether two open files are the same. */
export function identityOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}
