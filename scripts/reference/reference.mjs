import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * `pnpm reference` writes docs/reference from the types and comments of the SDK. `pnpm reference:check` fails when it is
 * out of date. TypeDoc is installed with a compiler of its own: it does not know the one of this repository.
 */

const here = fileURLToPath(new URL('.', import.meta.url));
const committed = fileURLToPath(new URL('../../docs/reference/', import.meta.url));

function generate(folder) {
  const typedoc = join(here, 'node_modules/.bin/typedoc');
  const args = ['--logLevel', 'Warn', '--out', folder];
  const { status } = spawnSync(typedoc, args, { cwd: here, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function pagesIn(folder) {
  return readdirSync(folder)
    .toSorted()
    .map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`)
    .join('\n');
}

const [flag] = process.argv.slice(2);
if (flag === undefined) {
  generate(committed);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-reference-'));
  try {
    generate(folder);
    if (pagesIn(folder) !== pagesIn(committed)) {
      process.stderr.write('docs/reference is stale: run `pnpm reference` and commit it\n');
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
