import { readFileSync } from 'node:fs';

/** The version of Cateto: all its packages have one, and the manifest beside this code has it, in the one binary as well. */
export function catetoVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
