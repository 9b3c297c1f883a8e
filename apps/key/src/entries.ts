import { closest } from '@cateto/app-kit';
import { SettingFault } from '@cateto/contracts';
import type { AccessEntry, AccessFile } from '@cateto/keys';

/* Entries of an access list, by their names and as text. */

/** @throws SettingFault when the list has no entry of this name */
export function entryNamed({ keys }: AccessFile, name: string, file: string): AccessEntry {
  const entry = keys.find((one) => one.name === name);
  if (entry !== undefined) return entry;
  const meant = closest(
    name,
    keys.map((one) => one.name),
  );
  const hint = meant === undefined ? '`cateto key list` shows the names' : `did you mean ${meant}?`;
  throw new SettingFault(`${file} has no key called ${JSON.stringify(name)}; ${hint}`);
}

/** The rights of an entry, for people: `op-server, operations price, lanes 1 8, until 2027-01-31T00:00:00Z`. */
export function rightsText(entry: AccessEntry): string {
  const { roles, operations, lanes, formulas, expires, connectionsMax } = entry;
  return [
    roles.join(' '),
    ...(operations === undefined ? [] : [`operations ${operations.join(' ')}`]),
    ...(lanes === undefined ? [] : [`lanes ${lanes.join(' ')}`]),
    ...(formulas === undefined ? [] : [`formulas ${formulas.join(' ')}`]),
    ...(connectionsMax === undefined ? [] : [`at most ${connectionsMax} connections`]),
    ...(expires === undefined ? [] : [`until ${expires}`]),
  ].join(', ');
}

export function isExpired({ expires }: AccessEntry): boolean {
  return expires !== undefined && Date.parse(expires) <= Date.now();
}
