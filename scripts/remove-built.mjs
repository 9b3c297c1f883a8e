import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Removes the output of earlier builds. The compiler leaves the outputs of deleted sources, and a package is published
 * with everything in its `dist`.
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
