import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { breakingChanges, contractsPackage } from './breaking-changes.ts';
import { allowedPath, contractFiles, json, leftOver, releasedFile } from './contract-files.ts';
import { staleFiles, writeFiles } from './generated-files.ts';

/*
 * `pnpm contracts:export` writes AsyncAPI, JSON Schemas and docs/reference.md from the contracts. `pnpm
 * contracts:check` reports files that are out of date, changes that break programs of the last release, and changes of
 * work policies. `--allow` writes down that a break is intended. `--release` belongs to the version step of a release,
 * and stores the current contracts as the released ones. Exit codes: 0 done, 1 out of date or breaking, 2 wrong usage.
 */

const root = fileURLToPath(new URL('../../../', import.meta.url));

process.exitCode = run(process.argv.slice(2).filter((argument) => argument !== '--'));

function run(args: readonly string[]): number {
  const options = readOptions(args);
  if (options === undefined) {
    console.error('usage: pnpm contracts:export\n       pnpm contracts:check [--allow]');
    return 2;
  }
  if (options.check) return check(options.allow);
  exportContracts();
  if (options.release) release();
  return 0;
}

interface Options {
  readonly check: boolean;
  readonly allow: boolean;
  readonly release: boolean;
}

/** @returns undefined for an unknown option, or for options that exclude each other */
function readOptions(args: readonly string[]): Options | undefined {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { check: flag, allow: flag, release: flag } });
    const { check: isCheck, allow, release: isRelease } = values;
    return (allow && !isCheck) || (isCheck && isRelease) ? undefined : { check: isCheck, allow, release: isRelease };
  } catch {
    return undefined;
  }
}

function exportContracts(): void {
  const files = contractFiles(root);
  const gone = leftOver(root, files);
  for (const path of gone) rmSync(join(root, path));
  const lines = [
    ...writeFiles(root, files).map(({ path }) => `wrote ${path}`),
    ...gone.map((path) => `removed ${path}`),
  ];
  console.log(lines.length === 0 ? 'the exported contracts are fresh' : lines.join('\n'));
}

function release(): void {
  for (const { path } of writeFiles(root, [releasedFile()])) console.log(`wrote ${path}`);
  rmSync(join(root, allowedPath), { force: true });
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
