import { CommandFault } from './command-fault.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodes } from './exit-codes.ts';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'not permitted',
  EISDIR: 'it is a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  EBUSY: 'it is in use',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'it is larger than this process or file system allows',
};

/** Errors of the operating system about a file, in words that users know. */
export function faultOf(file: string, error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return `${file}: ${words[code] ?? error.message}`;
}

/**
 * Turns an error of the operating system about a file into a fault with one line.
 *
 * @returns anything else unchanged
 */
export function cannotUse(file: string, error: unknown, exitCode: ExitCode = exitCodes.usage): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  return new CommandFault(exitCode, faultOf(file, error), { cause: error });
}

/** Whether an error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
