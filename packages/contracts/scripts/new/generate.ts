import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { staleRegistries } from '../registries.ts';
import type { Draft } from './drafts.ts';
import { draftsOf } from './drafts.ts';
import { writeTogether } from './file-set.ts';
import { nameFault } from './names.ts';
import type { NewContract } from './request.ts';
import { RequestFault } from './request.ts';

/**
 * Writes a new contract with its code, test and changeset, and what lists the contracts: all of it or nothing.
 *
 * @param root of the repository
 * @param exported what the contracts package exports
 * @returns the files that are new
 * @throws RequestFault when the name cannot be had or a file is there already; nothing was written then
 */
export async function generate(
  root: string,
  request: NewContract,
  exported: ReadonlySet<string>,
): Promise<readonly Draft[]> {
  const fault = nameFault(root, request.kind, request.name, exported);
  if (fault !== undefined) throw new RequestFault(fault);
  const drafts = await draftsOf(root, request);
  const there = drafts.find(({ path }) => existsSync(join(root, path)));
  if (there !== undefined)
    throw new RequestFault(`${request.kind} "${request.name}": there is a ${there.path} already`);
  writeTogether(root, (files) => {
    for (const { path, text } of drafts) files.create(path, text);
    for (const { path, text } of staleRegistries(root)) files.replace(path, text);
  });
  return drafts;
}
