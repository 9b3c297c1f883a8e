import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Texts by the path of their file in the project, with slashes. */
export type ProjectFiles = Readonly<Record<string, string>>;

/**
 * Writes a project into a folder. If one of its files exists, or cannot be written, no file is left behind.
 *
 * @throws Error that says what is in the way
 */
export function writeProject(folder: string, files: ProjectFiles): void {
  if (folder.split(sep).includes('node_modules')) {
    throw new Error(
      `${folder} is inside of node_modules, which npm empties; nothing was written. Give a folder outside of it.`,
    );
  }
  const inTheWay = fileOnTheWay(folder);
  if (inTheWay !== undefined) {
    throw new Error(`${inTheWay} is not a folder; nothing was written. Give another folder.`);
  }
  const present = Object.keys(files).filter((path) => existsSync(join(folder, path)));
  if (present.length > 0) {
    throw new Error(`${folder} already has ${present.join(', ')}; nothing was written. Give a folder without them.`);
  }
  const written: string[] = [];
  try {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: 'wx' });
      written.push(file);
    }
  } catch (error) {
    for (const file of written) rmSync(file);
    throw error;
  }
}

/** @returns the first part of a path that exists and is not a folder */
function fileOnTheWay(path: string): string | undefined {
  const parent = dirname(path);
  const above = parent === path ? undefined : fileOnTheWay(parent);
  if (above !== undefined) return above;
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false ? path : undefined;
}
