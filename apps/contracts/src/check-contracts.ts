import type { Violation, WorkChange } from '@cateto/contracts/tools';
import { violations, violationText, workChanges } from '@cateto/contracts/tools';
import type { ContractsTarget } from './contract-files.ts';
import { comparedContracts, contractFiles, leftOver } from './contract-files.ts';
import { staleFiles } from './generated-files.ts';
import { allowances, releasedContracts } from './stored.ts';

/*
 * Whether the exported files are up to date, and which changes break programs of the last release. A break passes while it is
 * written down, and while the project announces it.
 */

export interface ContractsCheck {
  /** How many files are generated. */
  readonly files: number;
  /** Files that differ from what an export would write, and files of contracts that no longer exist. */
  readonly stale: readonly string[];
  /** Whether there is a release to compare with. */
  readonly released: boolean;
  /** The changes that fail the check. */
  readonly breaking: readonly Violation[];
  readonly allowed: readonly Violation[];
  /** Breaks that are written down but no longer exist. */
  readonly outdated: readonly string[];
  /** Compatible changes of work policies. */
  readonly workChanges: readonly WorkChange[];
}

/** @param announced whether breaks that are written down may pass */
export function checkContracts(target: ContractsTarget, announced = true): ContractsCheck {
  const files = contractFiles(target);
  const released = releasedContracts(target);
  const current = comparedContracts(target);
  const found = released === undefined ? [] : violations(released, current);
  const written = allowances(target);
  const isAllowed = (violation: Violation): boolean => announced && written.includes(violationText(violation));
  const texts = new Set(found.map(violationText));
  return {
    files: files.length,
    stale: [...staleFiles(target.root, files).map(({ path }) => path), ...leftOver(target, files)],
    released: released !== undefined,
    breaking: found.filter((violation) => !isAllowed(violation)),
    allowed: found.filter(isAllowed),
    outdated: written.filter((line) => !texts.has(line)),
    workChanges: released === undefined ? [] : workChanges(released, current),
  };
}

export function isInOrder({ stale, breaking, outdated }: ContractsCheck): boolean {
  return stale.length + breaking.length + outdated.length === 0;
}
