import { fileURLToPath } from 'node:url';
import { staleRegistries, writeRegistries } from './registries.ts';

/*
 * `pnpm registry` writes the registries of contracts and compute. `pnpm registry --check` only reports whether they are
 * out of date. Exit codes: 0 done, 1 out of date or a wrong file name, 2 wrong usage.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));

process.exitCode = run(process.argv.slice(2));

function run(args: readonly string[]): number {
  const [option, ...rest] = args.filter((argument) => argument !== '--');
  if (rest.length > 0 || (option !== undefined && option !== '--check')) {
    console.error('usage: pnpm registry [--check]');
    return 2;
  }
  try {
    return option === '--check' ? check() : write();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function write(): number {
  const written = writeRegistries(root);
  console.log(
    written.length === 0 ? 'the registries are up to date' : written.map(({ path }) => `wrote ${path}`).join('\n'),
  );
  return 0;
}

function check(): number {
  const stale = staleRegistries(root);
  for (const { path } of stale) console.error(`${path} is stale: run \`pnpm registry\` and commit it`);
  return stale.length === 0 ? 0 : 1;
}
