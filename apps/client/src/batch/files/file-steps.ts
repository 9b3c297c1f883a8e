import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/* The single steps of replacing a file by another. */

/** @returns the number of bytes that were written: all of them */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
  return bytes.length;
}

/** Reads an open file from a position, and leaves it open. @param bytes the most to read; everything unless given */
export function piecesOf(file: FileHandle, start = 0, bytes?: number): AsyncIterable<Uint8Array> {
  return file.createReadStream({ start, autoClose: false, ...(bytes === undefined ? {} : { end: start + bytes - 1 }) });
}

/** Reads this number of bytes from a position; fewer at the end of the file. */
export async function bytesAt(file: FileHandle, start: number, bytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(file, start, bytes)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Copies the start of a file into an empty one. */
export async function copyFirst(bytes: number, from: FileHandle, to: FileHandle): Promise<void> {
  let position = 0;
  for await (const piece of piecesOf(from, 0, bytes)) position += await writeAll(to, piece, position);
}

export function modeOf({ mode }: BigIntStats): number {
  return Number(mode & 0o777n);
}

/**
 * Sets mode and owner to those of the file that will be replaced. If this process may not change the owner, the owner
 * stays.
 */
export async function likeExisting(handle: FileHandle, existing: BigIntStats): Promise<void> {
  const stats = await handle.stat({ bigint: true });
  if (stats.uid !== existing.uid || stats.gid !== existing.gid) {
    await handle.chown(Number(existing.uid), Number(existing.gid)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error;
    });
  }
  await handle.chmod(Number(existing.mode & 0o7777n));
}

/**
 * Writes the new name to disk, because a loss of power could lose it. Fails silently: Windows and some file systems
 * cannot do this, and a folder may not be readable.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'EINVAL' || error.code === 'EACCES')))
      throw error;
  }
}
