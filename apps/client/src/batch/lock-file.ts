import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Owner } from './owner.ts';
import { hasEnded } from './owner.ts';
import { isMissing } from './target.ts';

/* What a lock file says, and what processes that were killed have left beside it. */

export interface Lock extends Owner {
  /** Tells this lock from every other, so that one which is taken over is not taken for it. */
  readonly token: string;
}

/** @returns undefined when there is none */
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

/** It becomes part of a file's name. */
function isToken(text: string): boolean {
  return /^[0-9a-f]{8}$/.test(text);
}

/**
 * Removes what a process that was killed left while it took this lock: what it had not linked yet, and its lock on a lock that
 * is gone. Only the one who has the lock does it, so no lock that it could be about comes back.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `${basename(path)}.`;
  // A folder may be one that this user can write to and not read.
  const names = (await permitted(() => readdir(folder), [])).filter((name) => name.startsWith(start));
  for (const name of names.filter((left) =>
    /^(?:[0-9a-f]{8}\.)*[0-9a-f]{8}(?:\.new)?$/.test(left.slice(start.length)),
  )) {
    const file = join(folder, name);
    const left = await permitted(() => readLock(file), undefined);
    // Somebody else's that comes and goes meanwhile is gone by itself.
    if (left === undefined) continue;
    const isLeft = left === 'unreadable' ? name.endsWith('.new') && (await isEmptyAndOld(file)) : hasEnded(left);
    if (isLeft) await permitted(() => rm(file, { force: true }), undefined);
  }
}

/** A process was killed before it wrote a draft, unless it is about to: that takes no minute. */
async function isEmptyAndOld(file: string): Promise<boolean> {
  try {
    const { mtimeMs, size } = await stat(file);
    return size === 0 && Date.now() - mtimeMs > 60_000;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** What another user left is not this one's to clear. */
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
