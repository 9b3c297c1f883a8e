#!/usr/bin/env node
import { callAs } from '@cateto/app-kit';
import { readFileSync } from 'node:fs';
import { programs } from './programs.ts';
import { usage } from './usage.ts';

/*
 * The one binary: its first argument names the program, whose main then finds the rest as if it had been started by itself.
 * Only that program is loaded.
 */

const [name, ...given] = process.argv.slice(2);
const program = name !== undefined && Object.hasOwn(programs, name) ? programs[name] : undefined;

if (program !== undefined) {
  process.argv.splice(2, 1);
  callAs(`cateto ${name}`);
  await program.load();
} else if (name === '--version' && given.length === 0) {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  process.stdout.write(`${(JSON.parse(manifest) as { readonly version: string }).version}\n`);
} else if (name === '--help' || name === 'help') {
  process.stdout.write(usage(programs));
} else {
  const problem = name === undefined ? 'no program is named' : `"${name}" is none of its programs`;
  process.stderr.write(`cateto: ${problem}: ${Object.keys(programs).join(', ')}; or --help\n`);
  process.exitCode = 2;
}
