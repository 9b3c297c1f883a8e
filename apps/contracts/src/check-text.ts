import type { Violation } from '@cateto/contracts/tools';
import { violationText, workChangeText } from '@cateto/contracts/tools';
import type { ContractsCheck } from './check-contracts.ts';
import type { ContractsTarget } from './contract-files.ts';
import { allowedPath } from './contract-files.ts';
import type { ContractsProject } from './project.ts';

/* A check as text for people: what fails, line by line, and counts of the rest. */

/** The lines that say what fails, and what to do. */
export function problemLines(check: ContractsCheck, target: ContractsTarget, project: ContractsProject): string[] {
  const { stale, breaking, outdated } = check;
  const { exportWith, checkWith, announced, announceWith } = project;
  const announce = announced ? '' : `${announceWith}, then `;
  return [
    ...stale.map((path) => `${path} is stale: run \`${exportWith}\` and commit it`),
    ...outdated.map(
      (line) => `${allowedPath(target)} allows a break that does not exist (${line}): run \`${checkWith} --allow\``,
    ),
    ...breaking.map((violation) => `breaking: ${violationText(violation)}`),
    ...(breaking.length === 0 ? [] : [`If the break is intended: ${announce}\`${checkWith} --allow\``]),
  ];
}

/** One line about everything that does not fail. */
export function summaryLine(check: ContractsCheck, { exportWith }: ContractsProject): string {
  const { files, stale, allowed, workChanges } = check;
  const notable = workChanges.filter((change) => change.notable !== undefined).length;
  const counts = [
    ...(allowed.length === 0 ? [] : [`${counted(allowed.length, 'breaking change')} allowed`]),
    ...(workChanges.length === 0 ? [] : [`${counted(workChanges.length, 'change')} of work (${notable} notable)`]),
  ];
  const release = check.released
    ? 'compared with the last release'
    : `no release to compare with; \`${exportWith} --release\` stores one`;
  const current = `${files - stale.length} of ${counted(files, 'file')} up to date`;
  const listed = counts.length === 0 ? '' : `: ${counts.join(', ')}; --verbose lists them`;
  return `${current}; ${release}${listed}`;
}

/** The changes that the summary counts, one a line. */
export function verboseLines({ allowed, workChanges }: ContractsCheck): string[] {
  return [
    ...allowed.map((violation) => `allowed: ${violationText(violation)}`),
    ...workChanges.map((change) => `changed: ${workChangeText(change)}`),
  ];
}

/** The object of `--json`. */
export function checkJson(check: ContractsCheck, ok: boolean): object {
  return { ok, ...check, breaking: check.breaking.map(inJson), allowed: check.allowed.map(inJson) };
}

/** `example` is missing where no value shows the violation. */
function inJson({ example, ...violation }: Violation): object {
  return example.length === 0 ? violation : { ...violation, example: example[0] };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
