import { usageFault } from '@cateto/app-kit';
import type { Lane, Role } from '@cateto/contracts';
import { isLane, isName, roles } from '@cateto/contracts';
import type { AccessEntry } from '@cateto/keys';
import type { Command } from 'commander';

/* The flags that several commands share. */

export const jsonFlag = '--json';

export function addAccess(command: Command): Command {
  return command.option('--access <file>', 'the access list', 'access.json');
}

/** The flags that say what a key may do. */
export type GrantOptions = Pick<AccessEntry, 'operations' | 'lanes' | 'formulas' | 'expires' | 'connectionsMax'> & {
  readonly roles: readonly Role[];
};

export function addGrant(command: Command): Command {
  return command
    .requiredOption('--roles <names>', `${roles.join(', ')}; several separated by commas`, listOf(readRole))
    .option('--operations <names>', 'only these operations, separated by commas', listOf(readName))
    .option('--lanes <numbers>', 'only these lanes, separated by commas', listOf(readLane))
    .option('--formulas <names>', 'only these formulas, separated by commas', listOf(readName))
    .option('--expires <time>', 'when the key ends: 90d, 12h, or a time as 2027-01-31T00:00:00Z', readExpiry)
    .option('--connections-max <n>', 'how many connections the key may have at once', readCount);
}

/** The members of an entry, in the order of a list. */
export function entryOf(name: string, publicKey: string, given: Partial<GrantOptions>): AccessEntry {
  const { roles: granted = [], operations, lanes, formulas, expires, connectionsMax } = given;
  return { name, publicKey, roles: granted, operations, lanes, formulas, expires, connectionsMax };
}

function listOf<T>(read: (text: string) => T): (text: string) => readonly T[] {
  return (text) => [...new Set(text.split(',').map((part) => read(part.trim())))];
}

function readRole(text: string): Role {
  const role = roles.find((known) => known === text);
  if (role === undefined) throw usageFault(`${JSON.stringify(text)} is not one of ${roles.join(', ')}.`);
  return role;
}

function readName(text: string): string {
  if (!isName(text)) throw usageFault(`${JSON.stringify(text)} is not the name of an operation or formula.`);
  return text;
}

function readLane(text: string): Lane {
  const lane = Number(text);
  if (!/^[0-9]$/.test(text) || !isLane(lane)) throw usageFault(`${JSON.stringify(text)} is not a lane from 1 to 8.`);
  return lane;
}

function readCount(text: string): number {
  const count = Number(text);
  if (!/^[0-9]{1,6}$/.test(text) || count < 1 || count > 100_000) {
    throw usageFault(`${JSON.stringify(text)} is not a whole number from 1 to 100000.`);
  }
  return count;
}

const unitMs = { d: 86_400_000, h: 3_600_000 } as const;

function readExpiry(text: string): string {
  const [, count, unit] = /^([1-9][0-9]{0,4})([dh])$/.exec(text) ?? [];
  const atMs = count === undefined ? timeOf(text) : Date.now() + Number(count) * unitMs[unit as 'd' | 'h'];
  if (Number.isNaN(atMs)) throw usageFault(`${JSON.stringify(text)} is neither 90d nor 12h nor 2027-01-31T00:00:00Z.`);
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Only a time with its zone means the same on every host. */
function timeOf(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
}
