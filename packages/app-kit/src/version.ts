import { readFileSync } from 'node:fs';

let known: string | undefined;

/**
 * The version of Cateto. All packages have the same version, and the manifest beside this code contains it, also in the
 * published binary.
 */
export function catetoVersion(): string {
  known ??= (JSON.parse(readManifest()) as { readonly version: string }).version;
  return known;
}

function readManifest(): string {
  return readFileSync(new URL('../package.json', import.meta.url), 'utf8');
}
