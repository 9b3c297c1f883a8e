import { prefixOf, readCertificate } from '@cateto/keys/node';
import type { Command } from 'commander';
import { say } from './output.ts';

export function addShow(program: Command): void {
  program
    .command('show')
    .description('shows what a key file holds, without its secret')
    .argument('<file>', 'a file with a public key or a key pair')
    .option('--json', 'one line of JSON: name, publicKey, addressPrefix, hasSecret')
    .action((file: string, { json }: { readonly json?: true }) => {
      const { name, publicKey, secretKey } = readCertificate(file);
      const addressPrefix = prefixOf(publicKey);
      const hasSecret = secretKey !== undefined;
      say(json, { name: name ?? '', publicKey, addressPrefix, hasSecret }, [
        `name        ${name ?? '(none)'}`,
        `public key  ${publicKey}`,
        `addresses   begin with ${addressPrefix}`,
        `secret key  ${hasSecret ? 'in this file' : 'not in this file'}`,
      ]);
    });
}
