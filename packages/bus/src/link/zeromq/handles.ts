import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * A socket of libzmq takes a file handle, the observer of its events two, the address to bind one for a moment, and the first socket of
 * a process those of two threads. When they run out in between, libzmq aborts, or hangs: an observer that gets one of its two blocks
 * the thread of all sockets for good. Seen for each number of handles from 0 to 24 that a server or a broker was left.
 */
const handlesNeeded = 12;

/**
 * Call before anything of a libzmq socket is opened.
 *
 * @throws Error with the code `EMFILE` or `ENFILE` when too few handles are left for it
 */
export function needHandles(): void {
  const handles: number[] = [];
  try {
    for (let count = 0; count < handlesNeeded; count += 1) handles.push(openSync(devNull, 'r'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Where there is no such device nothing can be told.
    if (code !== 'EMFILE' && code !== 'ENFILE') return;
    const what = `no file handles are left for a socket (${code}): close files, or raise the limit (ulimit -n)`;
    throw Object.assign(new Error(what, { cause: error }), { code });
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}
