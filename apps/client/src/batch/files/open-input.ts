import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CommandFault } from '../../command-fault.ts';
import type { Io } from '../../context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { cannotUse } from '../../file-fault.ts';
import { identityOf, statsOfStream } from './file-identity.ts';
import { openFile } from './open-file.ts';

export interface Input {
  /** The input's name in messages. */
  readonly name: string;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Undefined when the length is unknown: a terminal, a pipe. */
  readonly bytes: number | undefined;
  /** Undefined for anything but a file. */
  readonly identity: string | undefined;
  bytesRead(): number;
  close(): void;
}

/**
 * Opens the input; an interruption ends the reading.
 *
 * @param file a path, or - for stdin
 * @throws CommandFault when it cannot be read
 */
export async function openInput(file: string, { stdin, signal }: Pick<Io, 'stdin' | 'signal'>): Promise<Input> {
  if (file === '-') return inputOf('stdin', stdin, signal, statsOfStream(stdin));
  let handle: FileHandle | undefined;
  try {
    handle = await openFile(file, 'r', signal);
    const stats = await handle.stat({ bigint: true });
    if (stats.isDirectory()) throw new CommandFault(exitCodes.usage, `${file}: it is a directory`);
    return inputOf(file, handle.createReadStream(), signal, stats);
  } catch (error) {
    await handle?.close();
    throw cannotUse(file, error);
  }
}

function inputOf(name: string, stream: Readable, signal: AbortSignal, stats: BigIntStats | undefined): Input {
  let read = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of stream as AsyncIterable<Uint8Array>) {
        read += piece.length;
        yield piece;
      }
    } catch (error) {
      throw cannotUse(name, error, exitCodes.failed);
    }
  }
  function close(): void {
    signal.removeEventListener('abort', close);
    stream.destroy();
  }
  signal.addEventListener('abort', close);
  const bytes = stats?.isFile() === true ? Number(stats.size) : undefined;
  return { name, pieces: pieces(), bytes, identity: identityOf(stats), bytesRead: () => read, close };
}
