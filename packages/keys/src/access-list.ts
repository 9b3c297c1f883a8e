import type { z } from 'zod';
import type { AccessEntry, AccessFile } from './access-schema.ts';
import { AccessSchema, narrowedRoles } from './access-schema.ts';
import type { Fault, Faults } from './fault.ts';
import { isFaulty } from './fault.ts';
import type { JsonSource } from './json-source.ts';
import { parseJson } from './json-source.ts';

/*
 * The list of the keys that a broker accepts, and of what each may do. A list with a fault is refused as a whole, with
 * the line of every fault.
 */

/** The beginning of the addresses of a public key, which only a hash function knows. */
export type PrefixOf = (publicKey: string) => string;

export function parseAccess(text: string, prefixOf: PrefixOf): AccessFile | Faults {
  const source = parseJson(text);
  if (isFaulty(source)) return source;
  const { success, data, error } = AccessSchema.safeParse(source.value, { reportInput: true });
  const faults = success
    ? contradictions(data, source, prefixOf)
    : error.issues.flatMap((issue) => faultsOf(issue, source));
  const [first, ...others] = faults;
  if (first !== undefined) return { faults: [first, ...others] };
  return success ? data : { keys: [] };
}

/** The text of a list, as the tool writes it. */
export function accessText({ keys }: AccessFile): string {
  return `${JSON.stringify({ keys }, null, 2)}\n`;
}

function faultsOf(issue: z.core.$ZodIssue, source: JsonSource): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [faultAt(source, issue.path, wordsOf(issue))];
  return issue.keys.map((name) => faultAt(source, [...issue.path, name], 'there is no member of this name'));
}

function wordsOf(issue: z.core.$ZodIssue): string {
  return issue.input === undefined && issue.path.length > 0 ? 'the member is missing' : issue.message;
}

function faultAt(source: JsonSource, path: readonly PropertyKey[], message: string): Fault {
  return { line: source.lineOf(path), field: fieldText(path), message };
}

/** `keys[3].roles[0]` */
function fieldText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function contradictions({ keys }: AccessFile, source: JsonSource, prefixOf: PrefixOf): Fault[] {
  const names = new Map<string, AccessEntry>();
  const publicKeys = new Map<string, AccessEntry>();
  const prefixes = new Map<string, AccessEntry>();
  const faults: Fault[] = [];
  for (const [index, entry] of keys.entries()) {
    const fault = (member: string, message: string): void => {
      faults.push(faultAt(source, ['keys', index, member], message));
    };
    const before = firstWith(publicKeys, entry.publicKey, entry);
    if (before !== undefined) fault('publicKey', `${before.name} has the same key`);
    if (firstWith(names, entry.name, entry) !== undefined) fault('name', `another key is called ${entry.name} too`);
    const close = before === undefined ? firstWith(prefixes, prefixOf(entry.publicKey), entry) : undefined;
    if (close !== undefined) {
      fault('publicKey', `its addresses begin like those of ${close.name}; make a new key with \`cateto key rotate\``);
    }
    for (const [member, narrowed] of Object.entries(narrowedRoles)) {
      const given = entry[member as keyof typeof narrowedRoles];
      if (given !== undefined && !narrowed.some((role) => entry.roles.includes(role))) {
        fault(member, `it narrows only ${narrowed.join(', ')}`);
      }
    }
  }
  return faults;
}

/** Enters a value under a key that is free. @returns the value that was there before */
function firstWith<K, V>(values: Map<K, V>, key: K, value: V): V | undefined {
  const before = values.get(key);
  if (before === undefined) values.set(key, value);
  return before;
}
