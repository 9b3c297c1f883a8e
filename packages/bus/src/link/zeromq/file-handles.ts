import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Platform } from '../link.ts';

const lookEveryMs = 1_000;
/** Said at once, and again so many looks later while it lasts. */
const sayEvery = 10;

/**
 * Tells when this process has no file handles left. Node's event loop then accepts each connection, closes it at once and tells nobody, so
 * the way to know is to try: opening and closing a file took 8 us.
 *
 * @returns what ends it
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
    // Whatever else is wrong with a device is not about connections.
    return code === 'ENFILE' ? 'no file handles are left on this machine; raise its limit (fs.file-max)' : undefined;
  }
}
