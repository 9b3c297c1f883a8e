import { SettingFault } from '@cateto/contracts';
import { newKeyPair, prefixOf, publicEnding, secretEnding, writeKeyPair } from '@cateto/keys/node';
import type { Command } from 'commander';
import { join } from 'node:path';
import { say } from './output.ts';

export interface NewKey {
  readonly name: string;
  readonly publicKey: string;
  readonly addressPrefix: string;
  readonly secretFile: string;
  readonly publicFile: string;
}

interface NewOptions {
  readonly dir: string;
  readonly json?: true;
}

export function addNew(program: Command): void {
  program
    .command('new')
    .description('makes a key pair: <name>.key_secret for its owner, <name>.key for everyone')
    .argument('<name>', 'of the key, and of its files')
    .option('--dir <dir>', 'the folder of the files', '.')
    .option('--json', 'one line of JSON: name, publicKey, addressPrefix, secretFile, publicFile')
    .action((name: string, { dir, json }: NewOptions) => {
      const made = makeKey(dir, name);
      say(json, made, newKeyLines(made));
    });
}

/** @throws SettingFault for a name that no access list may have; KeyFileFault when one of the files exists */
export function makeKey(folder: string, name: string): NewKey {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    throw new SettingFault(
      `${JSON.stringify(name)} is not the name of a key: use 1 to 64 letters, digits, dots, underscores and hyphens`,
    );
  }
  const path = join(folder, name);
  const pair = newKeyPair();
  writeKeyPair(path, name, pair);
  const { publicKey } = pair;
  return {
    name,
    publicKey,
    addressPrefix: prefixOf(publicKey),
    secretFile: `${path}${secretEnding}`,
    publicFile: `${path}${publicEnding}`,
  };
}

export function newKeyLines({ name, publicKey, secretFile, publicFile }: NewKey): string[] {
  return [
    `wrote ${secretFile}: the secret key, for ${name} only`,
    `wrote ${publicFile}: the public key, for everyone`,
    `public key ${publicKey}`,
  ];
}
