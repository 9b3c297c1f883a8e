import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Owner } from './lock-owner.ts';
import { hasEnded } from './lock-owner.ts';
import { isMissing } from '../../file-fault.ts';

/* The content of a lock file, and the files that killed processes have left beside it. */

export interface Lock extends Owner {
  /** Distinguishes this lock from every other, so that a process notices when its lock was taken over. */
  readonly token: string;
}

/** @returns undefined when the lock file does not exist */
export async function readLock(path: string): Promise<Lock | 'unreadable' | undefined> {
  try {
    const lock: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isLock(lock) ? lock : 'unreadable';
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function isLock(value: unknown): value is Lock {
  if (typeof value !== 'object' || value === null) return false;
  const lock = value as { readonly [Key in keyof Lock]?: unknown };
  const texts = [lock.host, lock.space, lock.started, lock.token];
  return typeof lock.pid === 'number' && texts.every((text) => typeof text === 'string') && isToken(String(lock.token));
}

/** The token becomes part of a file's name. */
function isToken(text: string): boolean {
  return /^[0-9a-f]{8}$/.test(text);
}

/**
 * Removes files that killed processes left while they took this lock: drafts that were not linked yet, and locks on a
 * lock that is gone. Only the holder of the lock does this, so that no lock that such a file refers to can come back.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `${basename(path)}.`;
  // The user may be able to write to a folder and not to read it.
  const names = (await permitted(() => readdir(folder), [])).filter((name) => name.startsWith(start));
  for (const name of names.filter((left) =>
    /^(?:[0-9a-f]{8}\.)*[0-9a-f]{8}(?:\.new)?$/.test(left.slice(start.length)),
  )) {
    const file = join(folder, name);
    const left = await permitted(() => readLock(file), undefined);
    // Another process may have removed the file meanwhile.
    if (left === undefined) continue;
    const isLeft = left === 'unreadable' ? name.endsWith('.new') && (await isEmptyAndOld(file)) : hasEnded(left);
    if (isLeft) await permitted(() => rm(file, { force: true }), undefined);
  }
}

/**
 * Whether an empty draft belongs to a killed process. A living process may still be about to write its draft, but that
 * takes less than a minute.
 */
async function isEmptyAndOld(file: string): Promise<boolean> {
  try {
    const { mtimeMs, size } = await stat(file);
    return size === 0 && Date.now() - mtimeMs > 60_000;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** This process may not remove files of another user. */
async function permitted<T>(act: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')) {
      return otherwise;
    }
    throw error;
  }
}
