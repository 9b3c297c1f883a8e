import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { CommandFault } from '../command-fault.ts';
import type { Output } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { completeBytes } from './complete-lines.ts';
import { cannotUse, identityOf } from '../file-fault.ts';
import type { Cells } from './records.ts';
import { records } from './records.ts';

/** Where rows go. */
export interface Sink {
  /** The complete records that are there already; none unless it is resumed. Read them before it begins. */
  readonly done: AsyncIterable<readonly Cells[]>;
  /** Throws away what follows the complete records; all that is there unless it is resumed. */
  begin(): Promise<void>;
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

export function streamSink(stream: Output): Sink {
  return {
    done: nothing(),
    begin: () => Promise.resolve(),
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(writeFault('stdout', error)) : resolve()));
      }),
    close: () => Promise.resolve(),
  };
}

/**
 * Opens a file to write, and changes nothing in it yet.
 *
 * @param inputIdentity tells whether the file is the input itself
 * @throws CommandFault when it cannot be written, or is the input
 */
export async function fileSink(file: string, resume: boolean, inputIdentity: string | undefined): Promise<Sink> {
  const handle = await openToAppend(file);
  const stats = await handle.stat();
  if (stats.isFile() && identityOf(stats) === inputIdentity) {
    await handle.close();
    throw new CommandFault(exitCodes.usage, `--out: ${file} is the input itself`);
  }
  let keptBytes = 0;

  async function* done(): AsyncGenerator<readonly Cells[]> {
    try {
      keptBytes = await completeBytes(createReadStream(file));
      if (keptBytes > 0) return yield* records(createReadStream(file, { end: keptBytes - 1 }));
    } catch (error) {
      throw cannotUse(file, error);
    }
    if (stats.size > 0) throw new CommandFault(exitCodes.usage, `--resume: ${file} has not one complete line`);
  }

  async function guarded(act: Promise<unknown>): Promise<void> {
    try {
      await act;
    } catch (error) {
      throw writeFault(file, error);
    }
  }

  return {
    done: resume && stats.isFile() ? done() : nothing(),
    // A device or a pipe has nothing to throw away.
    begin: () => (stats.isFile() ? guarded(handle.truncate(keptBytes)) : Promise.resolve()),
    write: (text) => guarded(handle.appendFile(text)),
    close: () => handle.close(),
  };
}

async function openToAppend(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a');
  } catch (error) {
    throw cannotUse(file, error);
  }
}

function writeFault(file: string, error: unknown): unknown {
  const unread = error instanceof Error && 'code' in error && error.code === 'EPIPE';
  return unread
    ? new CommandFault(exitCodes.failed, 'nobody reads the output any more', { cause: error })
    : cannotUse(file, error, exitCodes.failed);
}

async function* nothing(): AsyncGenerator<never> {}
