import parseChangeset from '@changesets/parse';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculator } from '@cateto/contracts';
import type { Catalogue } from '@cateto/contracts';
import { contractSetOf, violations, violationText, workChanges, workChangeText } from '@cateto/contracts/tools';
import type { ContractSet } from '@cateto/contracts/tools';
import { allowedPath, releasedPath, versionOf } from './contract-files.ts';

/*
 * The changes that break programs of the last release. `--allow` writes down an intended break. It passes only while a
 * changeset also announces it: a major one, or a minor one before version 1.0.0. The version step of a release starts
 * anew.
 */

export const contractsPackage = '@cateto/contracts';

export type Bump = 'major' | 'minor';

export interface BreakingChanges {
  /** One line each. These changes fail the check. */
  readonly refused: readonly string[];
  readonly allowed: readonly string[];
  /** Breaks that are written down but no longer exist. */
  readonly outdated: readonly string[];
  /** The changeset that announces a break in the next release. */
  readonly needed: Bump;
  /** Whether there is one. */
  readonly announced: boolean;
  /** Compatible changes of work policies, one line each. */
  readonly described: readonly string[];
}

export function breakingChanges(root: string, catalogue: Catalogue = calculator): BreakingChanges {
  const released = JSON.parse(readFileSync(join(root, releasedPath), 'utf8')) as ContractSet;
  const current = contractSetOf(catalogue);
  const found = violations(released, current).map(violationText);
  const written = allowances(root);
  const needed = versionOf(root).startsWith('0.') ? 'minor' : 'major';
  const announced = isAnnounced(root, needed);
  const allowed = found.filter((line) => announced && written.includes(line));
  return {
    allowed,
    needed,
    announced,
    described: workChanges(released, current).map(workChangeText),
    refused: found.filter((line) => !allowed.includes(line)),
    outdated: written.filter((line) => !found.includes(line)),
  };
}

function allowances(root: string): readonly string[] {
  const path = join(root, allowedPath);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly string[]) : [];
}

function isAnnounced(root: string, needed: Bump): boolean {
  const folder = join(root, '.changeset');
  if (!existsSync(folder)) return false;
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .flatMap((file) => parseChangeset(readFileSync(join(folder, file), 'utf8')).releases)
    .some(({ name, type }) => name === contractsPackage && (type === 'major' || type === needed));
}
