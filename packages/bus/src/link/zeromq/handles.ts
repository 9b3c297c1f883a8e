import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * A socket of libzmq takes one file handle, the observer of its events two, and the address to bind one for a moment.
 * The first socket of a process also takes those of two threads. If handles run out in between, libzmq aborts or hangs:
 * an observer that gets one of its two handles blocks the thread of all sockets for ever. This was observed for each
 * number of free handles from 0 to 24.
 */
const handlesNeeded = 12;

/**
 * Call this before opening any part of a libzmq socket.
 *
 * @throws Error with the code `EMFILE` or `ENFILE` when too few handles are left
 */
export function needHandles(): void {
  const handles: number[] = [];
  try {
    for (let count = 0; count < handlesNeeded; count += 1) handles.push(openSync(devNull, 'r'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Without such a device nothing can be determined.
    if (code !== 'EMFILE' && code !== 'ENFILE') return;
    const what = `no file handles are left for a socket (${code}): close files, or raise the limit (ulimit -n)`;
    throw Object.assign(new Error(what, { cause: error }), { code });
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}
