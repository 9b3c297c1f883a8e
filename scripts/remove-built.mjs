import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Removes what a build made. The compiler writes the outputs of the sources there are and leaves those of sources that are gone, and a
 * package is published with everything in its `dist`.
 *
 * @param {Iterable<string>} folders the packages' folders
 */
export function removeBuilt(folders) {
  for (const folder of folders) rmSync(join(folder, 'dist'), { recursive: true, force: true });
}

/* `node scripts/remove-built.mjs <folder> …`: the first step of each build. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  removeBuilt(process.argv.slice(2).map((folder) => resolve(folder)));
}
