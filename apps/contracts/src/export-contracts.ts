import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractsTarget } from './contract-files.ts';
import { allowedPath, contractFiles, leftOver, releasedFile } from './contract-files.ts';
import { writeFiles } from './generated-files.ts';

export interface ContractsExport {
  readonly written: readonly string[];
  /** Files of contracts that no longer exist. */
  readonly removed: readonly string[];
}

/**
 * Writes the files that are out of date.
 *
 * @param release stores the current contracts as the released ones too, and forgets the breaks that were allowed
 */
export function exportContracts(target: ContractsTarget, release = false): ContractsExport {
  const { root } = target;
  const files = contractFiles(target);
  const removed = leftOver(target, files);
  for (const path of removed) rmSync(join(root, path));
  const written = writeFiles(root, release ? [...files, releasedFile(target)] : files).map(({ path }) => path);
  if (release) rmSync(join(root, allowedPath(target)), { force: true });
  return { written, removed };
}
