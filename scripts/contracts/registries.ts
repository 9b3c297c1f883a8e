import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isName } from '@cateto/contracts';
import type { GeneratedFile } from 'contracts/files';
import { staleFiles, writeFiles } from 'contracts/files';

/*
 * TypeScript cannot list a folder. So the lists of contracts are generated from the folder listing and committed: the
 * catalogue, the exports of the package, and the registry of compute. The registry of compute lists the names of the
 * contracts, not the files of compute: a contract without its code is then a compile error that names the file to
 * write.
 */

const kinds = ['formulas', 'operations'] as const;
export type Kind = (typeof kinds)[number];

/** A contract's file: `product-of-two.ts` exports `productOfTwo`. */
export interface Entry {
  readonly kind: Kind;
  readonly file: string;
  readonly name: string;
}

export const contractsPath = 'packages/contracts/src/calculator';
export const computePath = 'packages/compute/src';

/** @throws Error naming a file whose name cannot be a contract's */
export function registriesOf(root: string): readonly GeneratedFile[] {
  const entries = contractsOf(root);
  const names = new Map<string, Entry>();
  for (const entry of entries) {
    const other = names.get(entry.name);
    if (other !== undefined) throw new Error(`${pathOf(other)} and ${pathOf(entry)} both export ${entry.name}`);
    names.set(entry.name, entry);
  }
  return [
    { path: `${contractsPath}/registry.generated.ts`, text: contractsRegistry(entries) },
    { path: `${contractsPath}/exports.generated.ts`, text: contractsExports(entries) },
    { path: `${computePath}/registry.generated.ts`, text: computeRegistry(entries) },
  ];
}

/** The registries that are out of date on disk. */
export function staleRegistries(root: string): readonly GeneratedFile[] {
  return staleFiles(root, registriesOf(root));
}

/** @returns the files that were out of date and are now written */
export function writeRegistries(root: string): readonly GeneratedFile[] {
  return writeFiles(root, registriesOf(root));
}

/** @throws Error naming a file whose name cannot be a contract's */
export function contractsOf(root: string): readonly Entry[] {
  return kinds.flatMap((kind) => entriesOf(root, kind));
}

function entriesOf(root: string, kind: Kind): Entry[] {
  return readdirSync(join(root, contractsPath, kind))
    .filter((file) => file.endsWith('.ts') && !/\.test(?:-d)?\.ts$/.test(file))
    .toSorted()
    .map((file) => entryOf(kind, file));
}

function entryOf(kind: Kind, file: string): Entry {
  const stem = file.slice(0, -'.ts'.length);
  const name = stem.replaceAll(/-([a-z0-9])/g, (_match, first: string) => first.toUpperCase());
  const entry = { kind, file, name };
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(stem) || !isName(name)) {
    throw new Error(`${pathOf(entry)}: a contract's file is its name in kebab-case, and "${name}" is no such name`);
  }
  return entry;
}

export function pathOf({ kind, file }: Entry): string {
  return `${contractsPath}/${kind}/${file}`;
}

function contractsRegistry(entries: readonly Entry[]): string {
  return [
    '// Generated from the folder listing by `pnpm registry`. Do not edit.',
    ...importsOf(entries),
    '',
    `export const operations = ${objectOf(entries, 'operations')};`,
    '',
    `export const formulas = ${objectOf(entries, 'formulas')};`,
    '',
  ].join('\n');
}

function contractsExports(entries: readonly Entry[]): string {
  return [
    '// Generated from the folder listing by `pnpm registry`. Do not edit.',
    ...entries.map(({ kind, file, name }) => `export { ${name} } from './${kind}/${file}';`),
    '',
  ].join('\n');
}

function computeRegistry(entries: readonly Entry[]): string {
  return [
    '// Generated from the list of contracts by `pnpm registry`. Do not edit.',
    '// A file that cannot be found is the code of a contract, still to be written.',
    "import type { Calculator, FormulaCodesOf, HandlersOf } from '@cateto/contracts';",
    ...importsOf(entries),
    '',
    `export const handlers = ${objectOf(entries, 'operations')} satisfies HandlersOf<Calculator>;`,
    '',
    `export const formulaCodes = ${objectOf(entries, 'formulas')} satisfies FormulaCodesOf<Calculator>;`,
    '',
  ].join('\n');
}

function importsOf(entries: readonly Entry[]): string[] {
  return entries.map(({ kind, file, name }) => `import { ${name} } from './${kind}/${file}';`);
}

/** One name a line: the formatter leaves that as it is, whatever the width. */
function objectOf(entries: readonly Entry[], kind: Kind): string {
  const names = entries.filter((entry) => entry.kind === kind).map(({ name }) => `  ${name},\n`);
  return names.length === 0 ? '{}' : `{\n${names.join('')}}`;
}
