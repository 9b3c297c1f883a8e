import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFault } from '../../command-fault.ts';
import { exitCodes } from '../../exit-codes.ts';
import { cannotUse } from '../../file-fault.ts';
import { completeBytes } from './complete-lines.ts';
import type { PartialParts } from './existing-files.ts';
import { findFiles } from './existing-files.ts';
import { removeLeftovers } from './lock-file.ts';
import { takeLock } from './lock.ts';
import { markOf, removeMark, writeMark } from './formula-mark.ts';
import type { Leaving, Sink } from './sink.ts';
import { bytesAt, copyFirst, likeExisting, modeOf, piecesOf, syncFolder, writeAll } from './file-steps.ts';
import { guarded, nothing } from './sink.ts';
import type { Cells } from '../csv/cells.ts';
import { ownRecords } from '../csv/records.ts';
import { isAsSeen, leadsTo } from './replaceable.ts';
import { partialOf, statsOf } from './target.ts';
import { TextFault } from '../csv/text-fault.ts';

/**
 * A file that is written to `<file>.partial` and renamed when it is finished. At every moment there is either the old
 * file or the whole new one. A lock keeps other processes away meanwhile.
 *
 * The order is: write the mark, the partial file and its rows, rename the file, remove the mark. If a process is killed
 * between two steps, `--resume` can go on.
 *
 * @throws CommandFault when a file would be lost, or when there is nothing to resume
 */
export async function partialFile(parts: PartialParts): Promise<Sink> {
  const lockPath = `${parts.target.path}.lock`;
  const lock = await takeLock(lockPath);
  try {
    await removeLeftovers(lockPath);
    return await locked(parts, lock.release);
  } catch (error) {
    await lock.release();
    throw cannotUse(parts.target.path, error);
  }
}

async function locked(parts: PartialParts, release: () => Promise<void>): Promise<Sink> {
  const { path } = parts.target;
  const { how, mark, delimiter } = parts;
  const { existing, finished, partial: left, mark: found } = await findFiles(parts);
  const hasPartial = left !== undefined;
  const partial = partialOf(path);
  const markPath = markOf(partial);
  const retries = how === 'retry' || found?.retries === true;
  /** The file with the rows that are done, and its name. */
  const source = how === 'resume' ? (left ?? finished) : undefined;
  const sourcePath = hasPartial ? partial : path;
  let keptBytes = 0;
  let handle = left;
  let opened = await left?.stat({ bigint: true });
  let state: 'untouched' | 'begun' | 'finished' = 'untouched';

  async function* done(): AsyncGenerator<readonly Cells[]> {
    if (source === undefined) return;
    keptBytes = await bytesOfRecords(source, sourcePath);
    if (keptBytes > 0) return yield* fileRecords(source, sourcePath, keptBytes, delimiter);
    const { size } = await source.stat();
    // A file with a mark is ours. Its header was torn.
    if (size > 0 && found === undefined)
      throw usage(`--resume: ${sourcePath} has no complete line; remove it to start anew`);
  }

  async function begin(): Promise<void> {
    state = 'begun';
    await writeMark(markPath, { ...mark, retries });
    handle ??= await open(partial, 'wx', existing === undefined ? 0o666 : modeOf(existing));
    opened ??= await handle.stat({ bigint: true });
    if (existing !== undefined) await likeExisting(handle, existing);
    if (hasPartial) await handle.truncate(keptBytes);
    else if (keptBytes > 0 && finished !== undefined) await copyFirst(keptBytes, finished, handle);
  }

  async function write(text: string): Promise<void> {
    keptBytes += await writeAll(handle as FileHandle, Buffer.from(text), keptBytes);
  }

  async function finish(): Promise<void> {
    await handle?.sync();
    if (!(await isPartialOurs())) {
      throw failed(`${partial} was removed or replaced by another program, and the rows in it are gone`);
    }
    if (!isAsSeen(existing, await statsOf(path))) {
      throw failed(`${path} was changed by another program meanwhile and is left as it is; --resume replaces it`);
    }
    await handle?.close();
    handle = undefined;
    await rename(partial, path);
    state = 'finished';
    await syncFolder(dirname(path));
    await removeMark(markPath);
  }

  /** Another program may have removed the partial file, or replaced it. */
  async function isPartialOurs(): Promise<boolean> {
    return opened !== undefined && leadsTo(partial, opened);
  }

  async function close({ hasRows, isRefused }: Leaving): Promise<string | undefined> {
    try {
      const isOurs = state !== 'finished' && (await isPartialOurs());
      await handle?.close();
      await finished?.close();
      // The mark would make another program's file look like ours.
      if (state === 'begun' && (!isOurs || !hasRows || (isRefused && !hasPartial))) {
        if (isOurs) await rm(partial, { force: true });
        await removeMark(markPath);
        return undefined;
      }
      return isOurs && !isRefused ? partial : undefined;
    } finally {
      await release();
    }
  }

  return {
    done: source === undefined ? nothing() : done(),
    prior: retries && finished !== undefined ? () => fileRecords(finished, path, undefined, delimiter) : undefined,
    isUnmarked: how === 'retry' || (source !== undefined && found === undefined),
    torn: (bytes) => (source === undefined ? Promise.resolve(Buffer.alloc(0)) : bytesAt(source, keptBytes, bytes)),
    begin: () => guarded(partial, begin),
    write: (text) => guarded(partial, () => write(text)),
    finish: () => guarded(path, finish),
    close,
  };
}

async function bytesOfRecords(file: FileHandle, path: string): Promise<number> {
  try {
    return await completeBytes(piecesOf(file));
  } catch (error) {
    throw cannotUse(path, error);
  }
}

async function* fileRecords(
  file: FileHandle,
  path: string,
  bytes: number | undefined,
  delimiter: string,
): AsyncGenerator<readonly Cells[]> {
  try {
    yield* ownRecords(piecesOf(file, 0, bytes), delimiter);
  } catch (error) {
    if (error instanceof TextFault) throw usage(`${path}: ${error.fact}; it was not written by batch`);
    throw cannotUse(path, error);
  }
}

function failed(message: string): CommandFault {
  return new CommandFault(exitCodes.failed, message);
}

function usage(message: string): CommandFault {
  return new CommandFault(exitCodes.usage, message);
}
