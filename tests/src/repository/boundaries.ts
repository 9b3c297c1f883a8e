import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { violations } from './boundary-rules.ts';
import { forbiddenImports } from './import-rules.ts';

/* `pnpm boundaries` checks the table of docs/architecture.md, and what the pure packages may not use. */

const root = fileURLToPath(new URL('../../..', import.meta.url));

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(?:^|\/)(?:node_modules|dist)\//.test(path) && /^\w+\/[\w-]+\/src\//.test(path));
}

const sources = ['apps', 'packages'].flatMap(sourcesIn);
const found = [
  ...forbiddenImports(root),
  ...sources.flatMap((path) => violations(path, readFileSync(join(root, path), 'utf8'))),
];
for (const violation of found) console.error(violation);
console.log(`${sources.length} sources, ${found.length} boundaries crossed`);
process.exitCode = found.length === 0 && sources.length > 0 ? 0 : 1;
