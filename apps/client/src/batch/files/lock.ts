import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { CommandFault } from '../../command-fault.ts';
import { exitCodes } from '../../exit-codes.ts';
import { cannotUse } from '../../file-fault.ts';
import type { Lock } from './lock-file.ts';
import { readLock } from './lock-file.ts';
import { hasEnded, thisProcess } from './lock-owner.ts';

export interface HeldLock {
  /** Releases the lock, unless another process has taken it over. */
  release(): Promise<void>;
}

/**
 * Creates a lock file. No other process can create it while it exists. It appears with its whole content, because it is
 * a link to a file that was written before. So a crash cannot leave a lock without a readable owner.
 *
 * @throws CommandFault naming the process that has the lock
 */
export async function takeLock(path: string): Promise<HeldLock> {
  const token = randomBytes(4).toString('hex');
  const draft = `${path}.${token}.new`;
  const mine: Lock = { ...thisProcess(), token };
  try {
    try {
      await writeFile(draft, `${JSON.stringify(mine)}\n`, { flag: 'wx' });
      await take(path, draft);
    } finally {
      // A name that is too long cannot be removed either.
      await rm(draft, { force: true });
    }
  } catch (error) {
    throw cannotUse(path, error);
  }
  return {
    async release() {
      const now = await readLock(path);
      if (typeof now === 'object' && now.token === token) await unlink(path);
    },
  };
}

async function take(path: string, draft: string): Promise<void> {
  if (await created(path, draft)) return;
  const other = await readLock(path);
  // The lock was released in this moment.
  if (other === undefined) return take(path, draft);
  if (other === 'unreadable') throw refusal(path, 'a process that it does not name');
  if (!hasEnded(other)) throw refusal(path, `process ${other.pid} on ${other.host}`);
  await takeOver(path, draft, other);
}

/**
 * Replaces the lock of a process that has ended. Several processes may want to. Only the process that holds the lock on
 * this very lock replaces it, and only while the lock is still the one that was seen.
 */
async function takeOver(path: string, draft: string, dead: Lock): Promise<void> {
  const claim = await takeLock(`${path}.${dead.token}`);
  try {
    const now = await readLock(path);
    if (now !== undefined && now !== 'unreadable' && now.token === dead.token) return await rename(draft, path);
  } finally {
    await claim.release();
  }
  return take(path, draft);
}

/** @returns false when the file exists already */
async function created(path: string, draft: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(String(error.code))) throw error;
  }
  // The file system has no links.
  try {
    await writeFile(path, await readFile(draft), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function refusal(path: string, who: string): CommandFault {
  return new CommandFault(
    exitCodes.usage,
    `--out: another batch writes there: ${who} holds ${path}; if that process has ended, remove the file`,
  );
}
