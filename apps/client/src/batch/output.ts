import type { FileHandle } from 'node:fs/promises';
import { CommandFault } from '../command-fault.ts';
import type { Output } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { cannotUse } from '../file-fault.ts';
import { openFile } from './open-file.ts';
import type { Cells } from './records.ts';

/** Where rows go. */
export interface Sink {
  /** The complete records that are there already, the header first. Read them before it begins. */
  readonly done: AsyncIterable<readonly Cells[]>;
  /** Reads the finished file whose failed rows are to be done again, the header first. */
  readonly prior: (() => AsyncIterable<readonly Cells[]>) | undefined;
  /** Whether the formula of the rows that are there is unknown. */
  readonly isUnmarked: boolean;
  /** What stands behind the complete records, at most so many bytes of it. Call it when they are read. */
  torn(bytes: number): Promise<Uint8Array>;
  /** Opens it for writing: behind the complete records, if there are any. */
  begin(): Promise<void>;
  write(text: string): Promise<void>;
  /** All rows are there. */
  finish(): Promise<void>;
  /** @returns the file with the rows that are there and not finished, if it can be gone on from */
  close(leaving: Leaving): Promise<string | undefined>;
}

/** What a sink is closed with when it is not finished. */
export interface Leaving {
  /** A header alone is nothing to keep. */
  readonly hasRows: boolean;
  /** What is not of this input is not gone on from: what this run has begun is thrown away. */
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

/** A device, a pipe, a descriptor. */
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

/** @throws CommandFault for what the operating system refuses */
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
    ? new CommandFault(exitCodes.failed, 'nobody reads the output any more', { cause: error })
    : cannotUse(file, error, exitCodes.failed);
}

export async function* nothing(): AsyncGenerator<never> {}
