import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { interruption } from '../interruptible.ts';

/**
 * Opens a file. An interruption ends the wait for the other side of a named pipe; nothing else could: the thread that
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
 * Opens a named pipe for reading and writing, which does not wait, and holds it open until `opening` settles. If this
 * fails, `opening` either fails too and reports why, or the user may only read or only write the pipe. In the second
 * case the wait goes on.
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
