import { open, readFile, rename, rm } from 'node:fs/promises';
import { isMissing } from '../../file-fault.ts';

/** The formula and options that made the rows of an unfinished file; kept beside it. */
export interface Mark {
  readonly formula: string;
  /** The hash of the formula's contract. */
  readonly contract: number;
  /** Whether the run retries the failed rows of the finished file. */
  readonly retries: boolean;
}

export function markOf(partial: string): string {
  return `${partial}.json`;
}

/** Writes the mark to disk, whole or not at all, before the file that it describes exists. */
export async function writeMark(path: string, mark: Mark): Promise<void> {
  const draft = draftOf(path);
  // A killed process may have left one. `wx` follows no symbolic link that another program has put there.
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx');
  try {
    await handle.writeFile(`${JSON.stringify(mark)}\n`);
    await handle.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** @returns undefined when the file does not exist, and `foreign` when it is not a mark */
export async function readMark(path: string): Promise<Mark | 'foreign' | undefined> {
  try {
    const mark: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isMark(mark) ? mark : 'foreign';
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof SyntaxError) return 'foreign';
    throw error;
  }
}

export async function removeMark(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** The name under which a mark is written first. */
export function draftOf(path: string): string {
  return `${path}.new`;
}

function isMark(value: unknown): value is Mark {
  if (typeof value !== 'object' || value === null) return false;
  const mark = value as { readonly [Key in keyof Mark]?: unknown };
  return typeof mark.formula === 'string' && typeof mark.contract === 'number' && typeof mark.retries === 'boolean';
}
