import { prefixOf, readAccessFile } from '@cateto/keys/node';
import type { Command } from 'commander';
import { isExpired, rightsText } from './entries.ts';
import { addAccess } from './options.ts';
import { say } from './output.ts';

interface ListOptions {
  readonly access: string;
  readonly json?: true;
}

export function addList(program: Command): void {
  const command = program.command('list').description('lists the keys of the access list, and what each may do');
  addAccess(command)
    .option('--json', 'one line of JSON: keys')
    .action(({ access, json }: ListOptions) => {
      const { keys } = readAccessFile(access);
      const listed = keys.map((entry) => ({
        ...entry,
        addressPrefix: prefixOf(entry.publicKey),
        expired: isExpired(entry),
      }));
      const width = Math.max(0, ...keys.map(({ name }) => name.length));
      const lines = listed.map(
        (entry) =>
          `${entry.name.padEnd(width)}  ${entry.publicKey}  ${rightsText(entry)}${entry.expired ? ' (expired)' : ''}`,
      );
      say(json, { keys: listed }, lines.length === 0 ? [`${access} lists no key`] : lines);
    });
}
