import type { z } from 'zod';
import type { AccessEntry, AccessFile } from './access-schema.ts';
import { AccessSchema, keysMax, narrowedRoles } from './access-schema.ts';
import type { Fault, Faults } from './fault.ts';
import { isFaulty } from './fault.ts';
import type { JsonSource } from './json-source.ts';
import { fieldText, parseJson } from './json-source.ts';

/*
 * The list of the keys that a broker accepts, and of what each may do. A list with a fault is refused as a whole, with
 * the line of every fault.
 */

/** The beginning of the addresses of a public key, which only a hash function knows. */
export type PrefixOf = (publicKey: string) => string;

export function parseAccess(text: string, prefixOf: PrefixOf): AccessFile | Faults {
  return createAccessReader(prefixOf)(text);
}

/**
 * Reads a list again and again, and checks only entries that were not in the list before. A broker reads its list while
 * it forwards, and checking 10,000 entries takes longer than the other broker waits for a beat.
 */
export function createAccessReader(prefixOf: PrefixOf): (text: string) => AccessFile | Faults {
  /** The entries of the last list without a fault, by their JSON. */
  let checked: ReadonlyMap<string, AccessEntry> = new Map();

  return (text) => {
    const source = parseJson(text);
    if (isFaulty(source)) return source;
    const given = entriesOf(source.value);
    const texts = given.map((entry) => JSON.stringify(entry));
    const known = texts.map((entry) => checked.get(entry));
    const unknown = [...known.keys()].filter((index) => known[index] === undefined);
    const rest =
      given.length === 0 ? source.value : { ...(source.value as object), keys: unknown.map((at) => given[at]) };
    const { success, data, error } = AccessSchema.safeParse(rest, { reportInput: true });
    if (!success) {
      // An entry has another index in the list than among the unknown ones.
      const placed = ({ path: [member, index, ...inner], ...issue }: z.core.$ZodIssue) => ({
        ...issue,
        path:
          typeof index === 'number'
            ? [member ?? '', unknown[index] ?? index, ...inner]
            : [member, index].filter((step) => step !== undefined),
      });
      return asFaults(
        error.issues.flatMap((issue) => faultsOf(placed(issue) as z.core.$ZodIssue, source)),
        { keys: [] },
      );
    }
    unknown.forEach((at, index) => void (known[at] = data.keys[index]));
    const file = { keys: known.flatMap((entry) => entry ?? []) };
    const faults = contradictions(file, source, prefixOf);
    if (faults.length === 0) checked = new Map(texts.map((entry, index) => [entry, file.keys[index] as AccessEntry]));
    return asFaults(faults, file);
  };
}

/** The entries of a list that is not too long; none unless it is a list. */
function entriesOf(value: unknown): readonly unknown[] {
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : undefined;
  return Array.isArray(keys) && keys.length <= keysMax ? keys : [];
}

function asFaults([first, ...others]: readonly Fault[], file: AccessFile): AccessFile | Faults {
  return first === undefined ? file : { faults: [first, ...others] };
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
