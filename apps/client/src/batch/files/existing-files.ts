import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
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
  /** Whether an earlier run left rows without finishing. */
  readonly hasPartial: boolean;
  /** The formula and options that made the rows; undefined when there are no rows, or no mark says it. */
  readonly mark: Mark | undefined;
}

/**
 * Looks at the files with the lock held. An earlier look could have seen the state before another run ended.
 *
 * @throws CommandFault when a file would be lost, or when there is nothing to resume
 */
export async function findFiles({ target: { path }, how, mark }: PartialParts): Promise<Found> {
  const partial = partialOf(path);
  const existing = await fileAt(path);
  const hasPartial = await isThere(partial);
  const lies = await markThatLies(markOf(partial));
  // A mark without rows belongs to a process that was killed before it wrote any.
  const found = { existing, hasPartial, mark: hasPartial ? lies : undefined };
  if (hasPartial && how !== 'resume') {
    throw usage(`--out: ${partial} exists, left by a run that did not finish; continue it with --resume, or remove it`);
  }
  if (how === 'retry' && existing === undefined) {
    throw usage(`--retry-failed: ${path} does not exist; give the --out of a finished run`);
  }
  if (found.mark !== undefined) refuseOther(partial, found.mark, mark);
  return found;
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
