import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { interruption } from '../../interruptible.ts';

/**
 * Opens a file. An interruption ends the wait for the other side of a named pipe; nothing else could: the thread that
 * waits in the system's `open` would keep the process from ending.
 *
 * @throws CommandFault when it was interrupted
 * @throws Error when it was interrupted but the wait cannot be ended, for example for lack of file handles
 */
export async function openFile(path: string, flags: 'r' | 'a', signal: AbortSignal): Promise<FileHandle> {
  const opening = open(path, flags);
  let waking: Promise<void> | undefined;
  let fail: (error: unknown) => void = () => undefined;
  const cannotWake = new Promise<never>((_resolve, reject) => (fail = reject));
  const wake = (): void => {
    waking = beOtherSide(path, opening).catch(fail);
  };
  signal.addEventListener('abort', wake);
  if (signal.aborted) wake();
  try {
    const handle = await Promise.race([opening, cannotWake]);
    if (!signal.aborted) return handle;
    await handle.close();
    throw interruption();
  } finally {
    signal.removeEventListener('abort', wake);
    await waking;
  }
}

/** Opens a named pipe for reading and writing, which does not wait, and holds it open until `opening` settles. */
async function beOtherSide(path: string, opening: Promise<FileHandle>): Promise<void> {
  const handle = await pipeAt(path);
  await Promise.allSettled([opening]);
  await handle?.close();
}

async function pipeAt(path: string): Promise<FileHandle | undefined> {
  // If this fails, the opening of the file fails as well and reports why.
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFIFO() !== true) return undefined;
  try {
    return await open(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    // The user may only read or only write the pipe: the wait goes on.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}
