import { changeAccess } from '@cateto/keys/node';
import type { AccessEntry } from '@cateto/keys';
import type { Command } from 'commander';
import { entryNamed } from './entries.ts';
import { addAccess } from './options.ts';
import { say } from './output.ts';

interface RevokeOptions {
  readonly access: string;
  readonly json?: true;
}

export function addRevoke(program: Command): void {
  const command = program
    .command('revoke')
    .description('removes a key from the access list; its files stay')
    .argument('<name>', 'in the list');
  addAccess(command)
    .option('--json', 'one line of JSON: the removed entry')
    .action((name: string, { access, json }: RevokeOptions) => {
      let removed: AccessEntry | undefined;
      changeAccess(access, (present) => {
        removed = entryNamed(present, name, access);
        return { keys: present.keys.filter((entry) => entry !== removed) };
      });
      say(json, removed ?? {}, [`${access}: ${name} is removed`]);
    });
}
