import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { breakingChanges, contractsPackage } from './breaking-changes.ts';
import { allowedPath, contractFiles, json, leftOver } from './contract-files.ts';
import { staleFiles, writeFiles } from './generated-files.ts';

/*
 * `pnpm contracts:check` reports files that are out of date, changes that break programs of the last release, and
 * changes of work policies. `--allow` writes down that a break is intended. Exit codes: 0 in order, 1 out of date or
 * breaking, 2 wrong usage.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));

process.exitCode = run(process.argv.slice(2).filter((argument) => argument !== '--'));

function run([option, ...rest]: readonly string[]): number {
  if (rest.length > 0 || (option !== undefined && option !== '--allow')) {
    console.error('usage: pnpm contracts:check [--allow]');
    return 2;
  }
  return check(option === '--allow');
}

function check(allow: boolean): number {
  const files = contractFiles(root);
  const stale = [...staleFiles(root, files).map(({ path }) => path), ...leftOver(root, files)];
  for (const path of stale) console.error(`${path} is stale: run \`pnpm contracts:export\` and commit it`);
  return Math.max(stale.length === 0 ? 0 : 1, checkChanges(allow));
}

function checkChanges(allow: boolean): number {
  const { refused, allowed, outdated, needed, announced, described } = breakingChanges(root);
  for (const line of described) console.log(`changed: ${line}`);
  for (const line of allowed) console.log(`allowed: ${line}`);
  if (allow && announced) {
    if (refused.length + allowed.length === 0) rmSync(join(root, allowedPath), { force: true });
    else writeFiles(root, [{ path: allowedPath, text: json([...allowed, ...refused]) }]);
    for (const line of refused) console.log(`allowed: ${line}`);
    return 0;
  }
  for (const line of outdated) {
    console.error(`${allowedPath} allows a break that does not exist: run \`pnpm contracts:check --allow\`: ${line}`);
  }
  for (const line of refused) console.error(`breaking: ${line}`);
  if (refused.length > 0) {
    console.error(
      announced
        ? 'If this is meant: pnpm contracts:check --allow'
        : `If this is meant: a changeset that makes ${contractsPackage} ${needed}, then pnpm contracts:check --allow`,
    );
  }
  return refused.length + outdated.length === 0 ? 0 : 1;
}
