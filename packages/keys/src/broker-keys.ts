import type { Faults } from './fault.ts';
import { faulty, isFaulty } from './fault.ts';
import { isKey } from './key-text.ts';
import { parseZpl } from './zpl.ts';

/*
 * The public keys of the brokers, by which every participant recognises them: a ZPL file with a section for each broker
 * of the list `CATETO_BROKERS`.
 */

export interface BrokerKeys {
  readonly primary: string;
  /** Undefined in a system of one broker. */
  readonly backup: string | undefined;
}

const sectionNames = ['primary', 'backup'] as const;

export function parseBrokerKeys(text: string): BrokerKeys | Faults {
  const zpl = parseZpl(text);
  if (isFaulty(zpl)) return zpl;
  for (const name of zpl.sections.keys()) {
    if (!sectionNames.some((known) => known === name)) return faulty('it has the sections primary and backup', name);
  }
  const keys: Partial<Record<(typeof sectionNames)[number], string>> = {};
  for (const name of sectionNames) {
    const section = zpl.sections.get(name);
    if (section === undefined) continue;
    for (const [property, { line }] of section) {
      if (property === 'secret-key') return faulty('a secret key does not belong here', `${name}/${property}`, line);
      if (property !== 'public-key') return faulty('not a property of this file', `${name}/${property}`, line);
    }
    const key = section.get('public-key');
    if (key === undefined) return faulty('the public-key is missing', name);
    if (!isKey(key.value)) return faulty('not a key: 40 characters of Z85', `${name}/public-key`, key.line);
    keys[name] = key.value;
  }
  if (keys.primary === undefined) return faulty('the section primary is missing');
  return { primary: keys.primary, backup: keys.backup };
}

/** The keys, the primary's first. */
export function brokerKeyList({ primary, backup }: BrokerKeys): readonly string[] {
  return backup === undefined ? [primary] : [primary, backup];
}

export function brokerKeysText({ primary, backup }: BrokerKeys): string {
  const section = (name: string, key: string): string => `${name}\n    public-key = "${key}"\n`;
  const second = backup === undefined ? '' : section('backup', backup);
  return `#   Public keys of the brokers. Every program of the system reads this file.\n\n${section('primary', primary)}${second}`;
}
