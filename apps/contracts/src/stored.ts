import type { ContractSet } from '@cateto/contracts/tools';
import { join } from 'node:path';
import type { ContractsTarget } from './contract-files.ts';
import { allowedPath, releasedPath } from './contract-files.ts';
import { textOf } from './generated-files.ts';

/* Reads what a release has stored. */

/**
 * @returns undefined when nothing has been released
 * @throws Error when the file does not contain contracts
 */
export function releasedContracts(target: ContractsTarget): ContractSet | undefined {
  const stored = read(target.root, releasedPath(target));
  if (stored === undefined) return undefined;
  const set = stored as Partial<Record<string, unknown>> | null;
  const parts = ['operations', 'formulas', 'messages'].map((part) => set?.[part]);
  if (parts.every((part) => typeof part === 'object' && part !== null)) return stored as ContractSet;
  throw new Error(`${releasedPath(target)} does not contain contracts; restore the file of the last release`);
}

/** @throws Error when the file is not a list of texts */
export function allowances(target: ContractsTarget): readonly string[] {
  const stored = read(target.root, allowedPath(target)) ?? [];
  if (Array.isArray(stored) && stored.every((line) => typeof line === 'string')) return stored;
  throw new Error(`${allowedPath(target)} is not a list of texts; restore the file, or delete it`);
}

function read(root: string, path: string): unknown {
  const text = textOf(join(root, path));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${path} is not JSON; restore the file`, { cause: error });
  }
}
