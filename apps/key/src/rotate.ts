import type { AccessEntry, AccessFile } from '@cateto/keys';
import { changeAccess, readAccessFile } from '@cateto/keys/node';
import type { Command } from 'commander';
import { entryNamed } from './entries.ts';
import { makeKey, newKeyLines } from './new.ts';
import { addAccess } from './options.ts';
import { say } from './output.ts';

interface RotateOptions {
  readonly access: string;
  readonly dir: string;
  readonly json?: true;
}

export function addRotate(program: Command): void {
  const command = program
    .command('rotate')
    .description('makes a second key with the rights of another; both are valid until one is revoked')
    .argument('<name>', 'of the old key in the list')
    .option('--dir <dir>', 'the folder of the new files', '.');
  addAccess(command)
    .option('--json', 'one line of JSON: name, publicKey, addressPrefix, secretFile, publicFile')
    .action((name: string, { access, dir, json }: RotateOptions) => {
      const present = readAccessFile(access);
      const next = nextName(present, entryNamed(present, name, access));
      const made = makeKey(dir, next);
      changeAccess(access, (now) => {
        const old: AccessEntry = entryNamed(now, name, access);
        return {
          keys: now.keys.flatMap((entry) =>
            entry === old ? [old, { ...old, name: next, publicKey: made.publicKey }] : [entry],
          ),
        };
      });
      say(json, made, [
        ...newKeyLines(made),
        `${access}: ${next} may do what ${name} may`,
        `next: give ${made.secretFile} to the program, then \`cateto key revoke ${name}\``,
      ]);
    });
}

/** `desk-2` after `desk` and `desk-1`. */
function nextName({ keys }: AccessFile, { name }: AccessEntry): string {
  const stem = name.replace(/-\d{1,6}$/, '').slice(0, 57);
  const taken = new Set(keys.map((entry) => entry.name));
  let number = 2;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}
