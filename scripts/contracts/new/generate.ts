import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedFile } from 'contracts/files';
import { staleFiles } from 'contracts/files';
import { staleRegistries } from '../registries.ts';
import type { Draft } from './drafts.ts';
import { draftsOf } from './drafts.ts';
import { writeTogether } from './file-set.ts';
import { nameFault } from './names.ts';
import type { NewContract } from './request.ts';
import { RequestFault } from './request.ts';

/**
 * Writes a new contract with its code, test and changeset, and updates the generated lists of contracts. Writes all
 * files or none.
 *
 * @param root of the repository
 * @param exported the names that the contracts package exports
 * @param contractFiles returns the exported files of the new contracts; an error from it undoes everything
 * @returns the new files
 * @throws RequestFault when the name is not available or a file exists; nothing was written then
 */
export async function generate(
  root: string,
  request: NewContract,
  exported: ReadonlySet<string>,
  contractFiles: () => readonly GeneratedFile[],
): Promise<readonly Draft[]> {
  const fault = nameFault(root, request.kind, request.name, exported);
  if (fault !== undefined) throw new RequestFault(fault);
  const drafts = await draftsOf(root, request);
  const there = drafts.find(({ path }) => existsSync(join(root, path)));
  if (there !== undefined) throw new RequestFault(`${request.kind} "${request.name}": ${there.path} already exists`);
  const goOn = (): void => {};
  // Ctrl-C ends the child processes below with an error. This process stays alive until everything is undone.
  process.on('SIGINT', goOn);
  try {
    writeTogether(root, (files) => {
      for (const { path, text } of drafts) files.create(path, text);
      for (const { path, text } of staleRegistries(root)) files.replace(path, text);
      for (const { path, text } of staleFiles(root, contractFiles())) {
        if (existsSync(join(root, path))) files.replace(path, text);
        else files.create(path, text);
      }
    });
  } finally {
    process.off('SIGINT', goOn);
  }
  return drafts;
}
