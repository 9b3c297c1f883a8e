import { readFileSync } from 'node:fs';

/**
 * The version of Cateto. All packages have the same version, and the manifest beside this code contains it, also in the
 * published binary.
 */
export function catetoVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
