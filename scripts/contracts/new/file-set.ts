import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes files together or not at all. */
export interface FileSet {
  /** @throws Error (EEXIST) when the file exists */
  create(path: string, text: string): void;
  /** @throws Error (ENOENT) when the file does not exist */
  replace(path: string, text: string): void;
}

/**
 * Runs `write`. If it throws, every file is restored. Everything is synchronous, so that no signal listener runs in
 * between.
 *
 * @param root the folder that paths are relative to
 */
export function writeTogether(root: string, write: (files: FileSet) => void): void {
  const undo: (() => void)[] = [];
  try {
    write({
      create(path, text) {
        const file = join(root, path);
        const descriptor = openSync(file, 'wx');
        undo.push(() => rmSync(file));
        try {
          writeFileSync(descriptor, text);
        } finally {
          closeSync(descriptor);
        }
      },
      replace(path, text) {
        const file = join(root, path);
        const before = readFileSync(file);
        undo.push(() => writeFileSync(file, before));
        writeFileSync(file, text);
      },
    });
  } catch (error) {
    for (const step of undo.toReversed()) step();
    throw error;
  }
}
