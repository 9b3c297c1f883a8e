import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFault } from '../command-fault.ts';
import { exitCodes } from '../exit-codes.ts';
import { cannotUse } from '../file-fault.ts';
import { completeBytes } from './complete-lines.ts';
import { decoded } from './decode.ts';
import { removeLeftovers } from './lock-file.ts';
import { takeLock } from './lock.ts';
import type { Mark } from './mark.ts';
import { markOf, readMark, removeMark, writeMark } from './mark.ts';
import type { Leaving, Sink } from './output.ts';
import { copyFirst, likeExisting, modeOf, syncFolder, writeAll } from './file-steps.ts';
import { guarded, nothing } from './output.ts';
import type { Cells } from './records.ts';
import { records } from './records.ts';
import type { FileTarget } from './target.ts';
import { isMissing, partialOf } from './target.ts';
import { TextFault } from './text-fault.ts';

export interface PartialParts {
  readonly target: FileTarget;
  /** `new` writes all rows, `resume` those that are missing, `retry` again what failed for want of an answer. */
  readonly how: 'new' | 'resume' | 'retry';
  readonly mark: Mark;
  readonly delimiter: string;
}

/**
 * A file that is written beside its place, in `<file>.partial`, and takes it when it is finished: at every moment there is the old
 * file or the whole new one. A lock keeps everybody else away meanwhile.
 *
 * In order: the mark, the partial file, its rows, the file in its place, the mark gone. A process that is killed
 * between two of these leaves what `--resume` goes on from.
 *
 * @throws CommandFault when there is something that would be lost, or nothing to go on from
 */
export async function partialFile(parts: PartialParts): Promise<Sink> {
  const lockPath = `${parts.target.path}.lock`;
  const lock = await takeLock(lockPath);
  try {
    await removeLeftovers(lockPath);
    return await locked(parts, lock.release);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function locked({ target, how, mark, delimiter }: PartialParts, release: () => Promise<void>): Promise<Sink> {
  const { path, existing } = target;
  const partial = partialOf(path);
  const markPath = markOf(partial);
  const isThere = (await statsOf(partial)) !== undefined;
  const lies = await markThatLies(markPath);
  // One without rows is of a process that was killed before it wrote any.
  const found = isThere ? lies : undefined;
  refuseUnfit({ path, partial, how, isThere, isMissing: existing === undefined, found, mark });
  const retries = how === 'retry' || found?.retries === true;
  const source = isThere ? partial : path;
  const isSourceThere = how === 'resume' && (isThere || existing !== undefined);
  let keptBytes = 0;
  let handle: FileHandle | undefined;
  let isUnfinished = false;

  async function* done(): AsyncGenerator<readonly Cells[]> {
    keptBytes = await bytesOfRecords(source);
    if (keptBytes > 0) return yield* fileRecords(source, keptBytes, delimiter);
    const { size } = await lstat(source);
    // With a mark it is ours, and was torn in its header.
    if (size > 0 && found === undefined) throw usage(`--resume: ${source} has not one complete line`);
  }

  async function begin(): Promise<void> {
    isUnfinished = true;
    await writeMark(markPath, { ...mark, retries });
    handle = await open(partial, isThere ? 'r+' : 'wx', existing === undefined ? 0o666 : modeOf(existing));
    if (existing !== undefined) await likeExisting(handle, existing);
    if (isThere) await handle.truncate(keptBytes);
    else if (keptBytes > 0) await copyFirst(keptBytes, path, handle);
  }

  async function write(text: string): Promise<void> {
    keptBytes += await writeAll(handle as FileHandle, Buffer.from(text), keptBytes);
  }

  async function finish(): Promise<void> {
    await handle?.sync();
    await handle?.close();
    handle = undefined;
    await rename(partial, path);
    isUnfinished = false;
    await syncFolder(dirname(path));
    await removeMark(markPath);
  }

  async function close({ hasRows, isRefused }: Leaving): Promise<string | undefined> {
    await handle?.close();
    const discards = !hasRows || (isRefused && !isThere);
    if (isUnfinished && discards) {
      await rm(partial, { force: true });
      await removeMark(markPath);
    }
    await release();
    return isUnfinished && hasRows && !isRefused ? partial : undefined;
  }

  return {
    done: isSourceThere ? done() : nothing(),
    prior: retries && existing !== undefined ? () => fileRecords(path, undefined, delimiter) : undefined,
    isUnmarked: how === 'retry' || (isSourceThere && found === undefined),
    begin: () => guarded(partial, begin),
    write: (text) => guarded(partial, () => write(text)),
    finish: () => guarded(path, finish),
    close,
  };
}

interface Found {
  readonly path: string;
  readonly partial: string;
  readonly how: PartialParts['how'];
  readonly isThere: boolean;
  readonly isMissing: boolean;
  readonly found: Mark | undefined;
  readonly mark: Mark;
}

function refuseUnfit({ path, partial, how, isThere, isMissing: isNew, found, mark }: Found): void {
  if (isThere && how !== 'resume') {
    throw usage(
      `--out: ${partial} is there, which a run that did not end has left; --resume goes on from it, or remove it`,
    );
  }
  if (how === 'retry' && isNew) throw usage(`--retry-failed: ${path} is not there; it does again what failed in it`);
  if (found === undefined) return;
  if (found.formula !== mark.formula) {
    throw usage(`--resume: the rows of ${partial} are of ${found.formula}, not of ${mark.formula}`);
  }
  if (found.contract !== mark.contract) {
    throw usage(
      `--resume: the rows of ${partial} are of another ${mark.formula}: contract ${found.contract}, now ${mark.contract}`,
    );
  }
}

async function markThatLies(path: string): Promise<Mark | undefined> {
  try {
    const mark = await readMark(path);
    if (mark !== 'foreign') return mark;
  } catch (error) {
    throw cannotUse(path, error);
  }
  throw usage(`--out: ${path} is there, and no batch has written it; move it away`);
}

async function statsOf(partial: string): Promise<unknown> {
  try {
    const stats = await lstat(partial);
    if (!stats.isFile()) throw usage(`--out: ${partial} is there, and it is no file; remove it`);
    return stats;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw cannotUse(partial, error);
  }
}

async function bytesOfRecords(file: string): Promise<number> {
  try {
    return await completeBytes(createReadStream(file));
  } catch (error) {
    throw cannotUse(file, error);
  }
}

async function* fileRecords(
  file: string,
  bytes: number | undefined,
  delimiter: string,
): AsyncGenerator<readonly Cells[]> {
  const options = bytes === undefined ? {} : { end: bytes - 1 };
  try {
    yield* records(decoded(createReadStream(file, options), undefined), delimiter);
  } catch (error) {
    if (error instanceof TextFault) throw usage(`${file}: ${error.message}`);
    throw cannotUse(file, error);
  }
}

function usage(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, message);
}
