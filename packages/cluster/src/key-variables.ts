import type { KeyedPart, KeySystem } from '@cateto/keys/node';
import { writeKeySystem } from '@cateto/keys/node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessPlan } from './layout.ts';

/* The keys of a system of processes: which files each of them reads. */

const partOf: Readonly<Record<ProcessPlan['app'] | 'client', KeyedPart>> = {
  broker: 'primary',
  backup: 'backup',
  'op-server': 'op-server',
  'calc-server': 'calc-server',
  client: 'client',
};

/** The settings of a process that has a key. */
export function keyVariables(keys: KeySystem, app: ProcessPlan['app'] | 'client'): Record<string, string> {
  const variables = { CATETO_KEY: secretFileOf(keys, partOf[app]), CATETO_BROKER_KEYS: keys.brokerKeys };
  return app === 'broker' || app === 'backup' ? { ...variables, CATETO_ACCESS: keys.access } : variables;
}

/** The files of the console of this system. */
export function consoleKeyFiles(keys: KeySystem): { readonly key: string; readonly brokerKeys: string } {
  return { key: secretFileOf(keys, 'console'), brokerKeys: keys.brokerKeys };
}

/** The flags of a client of this system. */
export function clientKeyFlags(keys: KeySystem): string {
  return ` --key ${secretFileOf(keys, 'client')} --broker-keys ${keys.brokerKeys}`;
}

/** Writes keys into a folder that goes with this process. Only its user can open the folder. */
export function keysForThisRun(): KeySystem {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-keys-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return writeKeySystem(folder);
}

function secretFileOf({ keys }: KeySystem, part: KeyedPart): string {
  const found = keys.find(({ name }) => name === part);
  if (found === undefined) throw new Error(`these keys have none for ${part}`);
  return found.secretFile;
}
