import { exitCodes } from './exit-codes.ts';

/** Errors of the operating system, in words that users know. */
const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EBADF: 'it is not open for writing',
};

/**
 * Ends the program when its output is lost. If the reader has gone, it ends silently with 141, as in `yes | head`.
 * Otherwise it ends with one line on stderr and code 1. A stderr that cannot be written changes no exit code.
 *
 * @param name starts the line
 * @param end ends the process; at once unless given
 */
export function guardOutput(name: string, end: (exitCode: number) => void = (code) => process.exit(code)): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // EIO of a terminal means that it hung up: the reader has gone. EIO of a file is a fault of the disk.
    const isUnread = error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY);
    if (isUnread) return end(exitCodes.unread);
    process.stderr.write(`${name}: cannot write to stdout: ${words[error.code ?? ''] ?? error.message}\n`);
    end(exitCodes.failed);
  });
  // There is no place left to report it.
  process.stderr.on('error', () => undefined);
}

/**
 * Resolves when everything written to a stream was taken or is lost. An error of the stream has been emitted by then.
 */
export function written(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => setImmediate(resolve));
  });
}
