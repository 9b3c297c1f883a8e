import { SettingFault } from '@cateto/contracts';
import { isKey } from '@cateto/keys';
import { changeAccess, readCertificate } from '@cateto/keys/node';
import type { Command } from 'commander';
import { rightsText } from './entries.ts';
import type { GrantOptions } from './options.ts';
import { addAccess, addGrant, entryOf } from './options.ts';
import { say } from './output.ts';

interface AllowOptions extends GrantOptions {
  readonly access: string;
  readonly name?: string;
  readonly json?: true;
}

export function addAllow(program: Command): void {
  const command = program
    .command('allow')
    .description('enters a key in the access list, with what it may do')
    .argument('<file>', 'a key file, or a public key as text')
    .option('--name <name>', 'the name in the list; that of the key file unless given');
  addAccess(addGrant(command))
    .option('--json', 'one line of JSON: the entry')
    .action((given: string, options: AllowOptions) => {
      const { access, json } = options;
      const { name, publicKey } = keyOf(given, options.name);
      if (name === undefined) throw new SettingFault('the key has no name; give it one with --name');
      const entry = entryOf(name, publicKey, options);
      changeAccess(access, ({ keys }) => {
        if (keys.some((one) => one.name === name)) {
          throw new SettingFault(`${access} has a key called ${name}; revoke it, rotate it, or give another --name`);
        }
        return { keys: [...keys, entry] };
      });
      say(json, entry, [`${access}: ${name} may connect: ${rightsText(entry)}`]);
    });
}

function keyOf(
  given: string,
  name: string | undefined,
): { readonly name: string | undefined; readonly publicKey: string } {
  if (isKey(given)) return { name, publicKey: given };
  const certificate = readCertificate(given);
  return { name: name ?? certificate.name, publicKey: certificate.publicKey };
}
