import type { FileHandle } from 'node:fs/promises';
import { CommandFault } from '../../command-fault.ts';
import type { Output } from '../../context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { cannotUse } from '../../file-fault.ts';
import { openFile } from './open-file.ts';
import type { Cells } from '../csv/cells.ts';

/** The destination of the rows. */
export interface Sink {
  /** The complete records that exist already, the header first. Read them before `begin`. */
  readonly done: AsyncIterable<readonly Cells[]>;
  /** Reads the finished file whose failed rows are retried, the header first. */
  readonly prior: (() => AsyncIterable<readonly Cells[]>) | undefined;
  /** Whether the formula of the existing rows is unknown. */
  readonly isUnmarked: boolean;
  /** The bytes behind the complete records, at most this number. Call it after the records were read. */
  torn(bytes: number): Promise<Uint8Array>;
  /** Opens the destination for writing, behind the complete records if there are any. */
  begin(): Promise<void>;
  write(text: string): Promise<void>;
  /** Call it when all rows are written. */
  finish(): Promise<void>;
  /** @returns the file with the rows so far, if a later run can resume from it */
  close(leaving: Leaving): Promise<string | undefined>;
}

/** How an unfinished sink is closed. */
export interface Leaving {
  /** A header alone is not kept. */
  readonly hasRows: boolean;
  /** Whether the existing rows belong to another input. The rows that this run has begun are then discarded. */
  readonly isRefused: boolean;
}

export function streamSink(stream: Output): Sink {
  return {
    ...emptySink,
    begin: () => Promise.resolve(),
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(writeFault('stdout', error)) : resolve()));
      }),
    close: () => Promise.resolve(undefined),
  };
}

/** Writes to a device, a pipe or a descriptor. */
export function directSink(path: string, signal: AbortSignal): Sink {
  let handle: FileHandle | undefined;
  return {
    ...emptySink,
    begin: () =>
      guarded(path, async () => {
        handle = await openFile(path, 'a', signal);
      }),
    write: (text) => guarded(path, async () => handle?.appendFile(text)),
    async close() {
      await handle?.close();
      return undefined;
    },
  };
}

const emptySink = {
  done: nothing(),
  prior: undefined,
  isUnmarked: false,
  torn: () => Promise.resolve(new Uint8Array()),
  finish: () => Promise.resolve(),
};

/** @throws CommandFault when the operating system refuses */
export async function guarded(path: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw writeFault(path, error);
  }
}

function writeFault(file: string, error: unknown): unknown {
  const unread = error instanceof Error && 'code' in error && error.code === 'EPIPE';
  return unread
    ? new CommandFault(exitCodes.failed, 'the reader of the output has gone', { cause: error })
    : cannotUse(file, error, exitCodes.failed);
}

export async function* nothing(): AsyncGenerator<never> {}
