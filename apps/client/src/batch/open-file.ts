import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { interruption } from '../interruptible.ts';

/**
 * Opens a file; an interruption ends the wait for the other side of a named pipe. Nothing else can: the thread that
 * waits in the system's `open` would keep the process from ending.
 *
 * @throws CommandFault when it was interrupted
 */
export async function openFile(path: string, flags: 'r' | 'a', signal: AbortSignal): Promise<FileHandle> {
  const opening = open(path, flags);
  let waking: Promise<void> | undefined;
  const wake = (): void => {
    waking = beOtherSide(path, opening);
  };
  signal.addEventListener('abort', wake);
  if (signal.aborted) wake();
  try {
    const handle = await opening;
    if (!signal.aborted) return handle;
    await handle.close();
    throw interruption();
  } finally {
    signal.removeEventListener('abort', wake);
    await waking;
  }
}

/**
 * Holds a named pipe open for reading and writing, which waits for nobody, until the other one has it. When that fails,
 * so does the opening of the file, which says why, or the pipe is one that this user may only write or only read: then
 * the wait goes on.
 */
async function beOtherSide(path: string, opening: Promise<FileHandle>): Promise<void> {
  const handle = await pipeAt(path).catch(() => undefined);
  await Promise.allSettled([opening]);
  await handle?.close();
}

async function pipeAt(path: string): Promise<FileHandle | undefined> {
  const stats = await stat(path);
  return stats.isFIFO() ? open(path, constants.O_RDWR | constants.O_NONBLOCK) : undefined;
}
