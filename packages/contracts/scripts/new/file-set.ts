import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files that are written together or not at all. */
export interface FileSet {
  /** @throws Error (EEXIST) when there is such a file */
  create(path: string, text: string): void;
  /** @throws Error (ENOENT) when there is no such file */
  replace(path: string, text: string): void;
}

/**
 * Runs `write`; when it throws, every file is as it was before. All of it is synchronous, so that no signal's listener
 * comes in between.
 *
 * @param root what paths are relative to
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
