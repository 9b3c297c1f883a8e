import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CommandFault } from '../command-fault.ts';
import type { Io } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { cannotUse, identityOf } from '../file-fault.ts';

export interface Input {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Undefined when the end is not in sight: stdin, a pipe. */
  readonly bytes: number | undefined;
  readonly identity: string | undefined;
  bytesRead(): number;
  close(): void;
}

/**
 * Opens what to read; an interruption ends the reading.
 *
 * @param file a path, or - for stdin
 * @throws CommandFault when it cannot be read
 */
export async function openInput(file: string, { stdin, signal }: Pick<Io, 'stdin' | 'signal'>): Promise<Input> {
  if (file === '-') return inputOf(stdin, signal, undefined, undefined);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new CommandFault(exitCodes.usage, `${file}: it is a directory`);
    return inputOf(handle.createReadStream(), signal, stats.isFile() ? stats.size : undefined, identityOf(stats));
  } catch (error) {
    await handle?.close();
    throw cannotUse(file, error);
  }
}

function inputOf(
  stream: Readable,
  signal: AbortSignal,
  bytes: number | undefined,
  identity: string | undefined,
): Input {
  let read = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      read += piece.length;
      yield piece;
    }
  }
  function close(): void {
    signal.removeEventListener('abort', close);
    stream.destroy();
  }
  signal.addEventListener('abort', close);
  return { pieces: pieces(), bytes, identity, bytesRead: () => read, close };
}
