import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allowedPath, contractFiles, leftOver, releasedFile } from './contract-files.ts';
import { writeFiles } from './generated-files.ts';

/*
 * `pnpm contracts:export` writes AsyncAPI, JSON Schemas and docs/reference.md from the contracts. `--release` belongs to
 * the version step of a release, and also stores the current contracts as the released ones. Exit codes: 0 done, 2
 * wrong usage.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));

process.exitCode = run(process.argv.slice(2).filter((argument) => argument !== '--'));

function run([option, ...rest]: readonly string[]): number {
  if (rest.length > 0 || (option !== undefined && option !== '--release')) {
    console.error('usage: pnpm contracts:export');
    return 2;
  }
  exportContracts();
  if (option === '--release') release();
  return 0;
}

function exportContracts(): void {
  const files = contractFiles(root);
  const gone = leftOver(root, files);
  for (const path of gone) rmSync(join(root, path));
  const lines = [
    ...writeFiles(root, files).map(({ path }) => `wrote ${path}`),
    ...gone.map((path) => `removed ${path}`),
  ];
  console.log(lines.length === 0 ? 'the exported contracts are up to date' : lines.join('\n'));
}

function release(): void {
  for (const { path } of writeFiles(root, [releasedFile()])) console.log(`wrote ${path}`);
  rmSync(join(root, allowedPath), { force: true });
}
