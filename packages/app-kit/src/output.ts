import { exitCodes } from './exit-codes.ts';

/** Errors of the operating system in words that a user knows. */
const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EBADF: 'it is not open for writing',
};

/**
 * Ends the program when what it prints is lost: without a word and with 141 when the reader has gone, as `yes | head` ends, otherwise with
 * one line on stderr and 1. A stderr that takes nothing changes no exit code.
 *
 * @param name what the line begins with
 * @param end ends the process; at once unless given
 */
export function guardOutput(name: string, end: (exitCode: number) => void = (code) => process.exit(code)): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A terminal that hung up is a reader that has gone; the same error of a file is a fault of a disk.
    const isUnread = error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY);
    if (isUnread) return end(exitCodes.unread);
    process.stderr.write(`${name}: cannot write to stdout: ${words[error.code ?? ''] ?? error.message}\n`);
    end(exitCodes.failed);
  });
  // There is nowhere left to say it.
  process.stderr.on('error', () => undefined);
}

/** Resolves when everything that was written to a stream was taken or is lost, and an error of it has been emitted. */
export function written(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => setImmediate(resolve));
  });
}
