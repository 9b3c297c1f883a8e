import type { Role } from '@cateto/contracts';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessText } from '../access-list.ts';
import { brokerKeysText } from '../broker-keys.ts';
import type { KeyPair } from './key-pair.ts';
import { newKeyPair } from './key-pair.ts';
import { publicEnding, secretEnding, writeKeyPair } from './key-files.ts';
import { faultOf, writeNew } from './text-file.ts';

/** The parts of a small system. Each has a key pair. */
export type KeyedPart = 'primary' | 'backup' | 'calc-server' | 'op-server' | 'client' | 'observer' | 'console';

const parts: Readonly<Record<KeyedPart, readonly Role[]>> = {
  primary: ['broker'],
  backup: ['broker'],
  'calc-server': ['calc-server'],
  'op-server': ['op-server'],
  client: ['client'],
  observer: ['observer'],
  // It calls formulas, and shows all messages and events.
  console: ['client', 'observer'],
};

/** The files of a system whose parts have keys. */
export interface KeySystem {
  /** The access list, for the brokers. */
  readonly access: string;
  /** The public keys of the brokers, for every program. */
  readonly brokerKeys: string;
  readonly keys: readonly SystemKey[];
}

export interface SystemKey {
  readonly name: KeyedPart;
  readonly publicKey: string;
  readonly secretFile: string;
  readonly publicFile: string;
}

/**
 * Writes the keys of a small system into a folder, which is created if it does not exist.
 *
 * @throws KeyFileFault when one of the files exists; then none is written
 */
export function writeKeySystem(folder: string): KeySystem {
  const at = (file: string): string => join(folder, file);
  const names = Object.keys(parts) as readonly KeyedPart[];
  const [access, brokerKeys] = [at('access.json'), at('brokers.keys')];
  const files = names.flatMap((name) => [at(`${name}${secretEnding}`), at(`${name}${publicEnding}`)]);
  const present = [access, brokerKeys, ...files].find((file) => existsSync(file));
  if (present !== undefined) throw faultOf(present, 'it exists already; choose another folder');
  mkdirSync(folder, { recursive: true });
  const pairs = Object.fromEntries(names.map((name) => [name, newKeyPair()])) as Record<KeyedPart, KeyPair>;
  for (const name of names) writeKeyPair(at(name), name, pairs[name]);
  const { primary, backup } = pairs;
  writeNew(brokerKeys, brokerKeysText({ primary: primary.publicKey, backup: backup.publicKey }), 0o644);
  const keys = names.map((name) => ({ name, publicKey: pairs[name].publicKey, roles: parts[name] }));
  writeNew(access, accessText({ keys }), 0o644);
  return {
    access,
    brokerKeys,
    keys: names.map((name) => ({
      name,
      publicKey: pairs[name].publicKey,
      secretFile: at(`${name}${secretEnding}`),
      publicFile: at(`${name}${publicEnding}`),
    })),
  };
}
