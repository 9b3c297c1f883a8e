import { secretEnding, writeKeySystem } from '@cateto/keys/node';
import type { Command } from 'commander';
import { say } from './output.ts';

export function addInit(program: Command): void {
  program
    .command('init')
    .description('writes the keys of a small system into a folder: two brokers, and one of each role')
    .argument('[dir]', 'the folder, created if it does not exist', 'keys')
    .option('--json', 'one line of JSON: access, brokerKeys, keys')
    .action((folder: string, { json }: { readonly json?: true }) => {
      const made = writeKeySystem(folder);
      say(json, made, [
        ...made.keys.flatMap(({ name, secretFile, publicFile }) => [
          `wrote ${secretFile}: the secret key, for ${name} only`,
          `wrote ${publicFile}`,
        ]),
        `wrote ${made.brokerKeys}: the public keys of the brokers, for every program`,
        `wrote ${made.access}: what each key may do, for the brokers`,
        `next: set CATETO_BROKER_KEYS=${made.brokerKeys} and CATETO_KEY=${folder}/<name>${secretEnding} for every program,`,
        `      and CATETO_ACCESS=${made.access} for the brokers`,
      ]);
    });
}
