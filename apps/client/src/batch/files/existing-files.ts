import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open } from 'node:fs/promises';
import { CommandFault } from '../../command-fault.ts';
import { exitCodes } from '../../exit-codes.ts';
import { cannotUse, isMissing } from '../../file-fault.ts';
import type { Mark } from './formula-mark.ts';
import { markOf, readMark } from './formula-mark.ts';
import type { FileTarget } from './target.ts';
import { partialOf, statsOf } from './target.ts';

export interface PartialParts {
  readonly target: FileTarget;
  /**
   * `new` writes all rows, `resume` the missing ones, and `retry` requests the rows again that failed for lack of an
   * answer.
   */
  readonly how: 'new' | 'resume' | 'retry';
  readonly mark: Mark;
  readonly delimiter: string;
}

/** The files at `--out` and beside it, at the time when a run has taken the lock. */
export interface Found {
  /** The file that the rows will replace; undefined when it does not exist yet. */
  readonly existing: BigIntStats | undefined;
  /** The same file, open for reading, when its rows are used. */
  readonly finished: FileHandle | undefined;
  /** The rows that an earlier run left without finishing, open for reading and writing. */
  readonly partial: FileHandle | undefined;
  /** The formula and options that made the rows; undefined when there are no rows, or no mark says it. */
  readonly mark: Mark | undefined;
}

/**
 * Looks at the files with the lock held. An earlier look could have seen the state before another run ended. Files whose
 * rows are used are opened here, once: another program could put a link to any file in the place of one that was
 * looked at.
 *
 * @throws CommandFault when a file would be lost, or when there is nothing to resume
 */
export async function findFiles({ target: { path }, how, mark }: PartialParts): Promise<Found> {
  const partialPath = partialOf(path);
  let finished: FileHandle | undefined;
  let partial: FileHandle | undefined;
  try {
    finished = how === 'new' ? undefined : await opened(path, constants.O_RDONLY, 'is no longer a file');
    const existing = finished === undefined ? await fileAt(path) : await finished.stat({ bigint: true });
    if (how === 'resume') {
      partial = await opened(partialPath, constants.O_RDWR, 'exists and is not a file; remove it');
    } else if (await isThere(partialPath)) {
      throw usage(
        `--out: ${partialPath} exists, left by a run that did not finish; continue it with --resume, or remove it`,
      );
    }
    const lies = await markThatLies(markOf(partialPath));
    // A mark without rows belongs to a process that was killed before it wrote any.
    const found = { existing, finished, partial, mark: partial === undefined ? undefined : lies };
    if (how === 'retry' && existing === undefined) {
      throw usage(`--retry-failed: ${path} does not exist; give the --out of a finished run`);
    }
    if (found.mark !== undefined) refuseOther(partialPath, found.mark, mark);
    return found;
  } catch (error) {
    await finished?.close();
    await partial?.close();
    throw error;
  }
}

/** Flags that Windows does not have. */
const { O_NOFOLLOW, O_NONBLOCK }: { readonly O_NOFOLLOW?: number; readonly O_NONBLOCK?: number } = constants;
/** Follows no symbolic link, and does not wait for the other side of a named pipe. */
const onlyFiles = (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);

/**
 * Opens a file, and nothing that a symbolic link leads to.
 *
 * @returns undefined when it does not exist
 */
async function opened(path: string, mode: number, otherwise: string): Promise<FileHandle | undefined> {
  const notAFile = usage(`--out: ${path} ${otherwise}`);
  let handle: FileHandle;
  try {
    handle = await open(path, mode | onlyFiles);
  } catch (error) {
    if (isMissing(error)) return undefined;
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO' ? notAFile : cannotUse(path, error);
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw notAFile;
}

function refuseOther(partial: string, found: Mark, mark: Mark): void {
  if (found.formula !== mark.formula) {
    throw usage(`--resume: the rows of ${partial} were computed by ${found.formula}, not by ${mark.formula}`);
  }
  if (found.contract !== mark.contract) {
    throw usage(
      `--resume: the rows of ${partial} were computed with another contract of ${mark.formula}: ${found.contract}, now ${mark.contract}`,
    );
  }
}

async function fileAt(path: string): Promise<BigIntStats | undefined> {
  const stats = await statsOf(path);
  if (stats?.isFile() === false) throw usage(`--out: ${path} is no longer a file`);
  return stats;
}

async function markThatLies(path: string): Promise<Mark | undefined> {
  try {
    const mark = await readMark(path);
    if (mark !== 'foreign') return mark;
  } catch (error) {
    throw cannotUse(path, error);
  }
  throw usage(`--out: ${path} exists, and was not written by batch; move it away`);
}

async function isThere(partial: string): Promise<boolean> {
  try {
    const stats = await lstat(partial);
    if (!stats.isFile()) throw usage(`--out: ${partial} exists and is not a file; remove it`);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw cannotUse(partial, error);
  }
}

function usage(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, message);
}
