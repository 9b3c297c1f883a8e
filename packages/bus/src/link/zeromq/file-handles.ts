import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Platform } from '../link.ts';

const lookEveryMs = 1_000;
/** Reports at once, then each time after this many further checks while the shortage lasts. */
const sayEvery = 10;

/**
 * Reports when this process has no file handles left. Node's event loop then accepts each connection, closes it at once
 * and emits no event. So the only way to find out is to try; opening and closing a file took 8 µs.
 *
 * @returns a function that stops the checks
 */
export function watchFileHandles({ after }: Platform, onNoneLeft: (cause: string) => void): () => void {
  let looks = 0;
  let cancel: () => void = wait();

  function wait(): () => void {
    return after(lookEveryMs, look);
  }

  function look(): void {
    cancel = wait();
    const cause = noneLeft();
    if (cause !== undefined && looks % sayEvery === 0) onNoneLeft(cause);
    looks = cause === undefined ? 0 : looks + 1;
  }

  return () => cancel();
}

function noneLeft(): string | undefined {
  try {
    closeSync(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EMFILE') return 'no file handles are left to this process; raise its limit (ulimit -n, LimitNOFILE=)';
    // Any other fault of the device does not concern connections.
    return code === 'ENFILE' ? 'no file handles are left on this machine; raise its limit (fs.file-max)' : undefined;
  }
}
