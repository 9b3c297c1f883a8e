import type { BigIntStats } from 'node:fs';
import { lstat, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFault } from '../../command-fault.ts';
import { exitCodes } from '../../exit-codes.ts';

/* Checks whether another file may replace this one: before the work begins, and again before the rename. */

const stickyBit = 0o1000n;

/**
 * Refuses a file that the operating system will not let another file replace. The rename would fail after all rows are
 * computed, and so would every `--resume`.
 *
 * @param path the path with all symbolic links resolved
 * @param user the user whose rights count; undefined where there are no users
 * @throws CommandFault
 */
export async function refuseUnreplaceable(
  path: string,
  existing: BigIntStats,
  user: number | undefined = process.geteuid?.(),
): Promise<void> {
  const folder = dirname(path);
  if (await isMountPoint(path)) {
    throw usage(`${path} is mounted by itself and cannot be replaced; mount its folder instead`);
  }
  const { mode, uid } = await stat(folder, { bigint: true });
  if (user === undefined || user === 0 || (mode & stickyBit) === 0n) return;
  if (existing.uid !== BigInt(user) && uid !== BigInt(user)) {
    throw usage(
      `${path} belongs to another user, and only its owner may replace a file in ${folder}; write to another file`,
    );
  }
}

/** Whether the file is unchanged since it was seen: not written, replaced, removed or created. */
export function isAsSeen(seen: BigIntStats | undefined, now: BigIntStats | undefined): boolean {
  if (seen === undefined || now === undefined) return seen === now;
  return seen.dev === now.dev && seen.ino === now.ino && seen.size === now.size && seen.mtimeNs === now.mtimeNs;
}

/** Whether a name still leads to an open file. */
export async function leadsTo(path: string, opened: BigIntStats): Promise<boolean> {
  try {
    const { dev, ino } = await lstat(path, { bigint: true });
    return dev === opened.dev && ino === opened.ino;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Whether the file is a mount point, as with `docker run -v $PWD/out.csv:/out.csv`. Only Linux can tell. */
async function isMountPoint(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  });
  // Field 5 is the mount point. Space, tab, line feed and backslash are written in octal.
  return table
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .some((point) => unescaped(point) === path);
}

function unescaped(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function usage(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, `--out: ${message}`);
}
