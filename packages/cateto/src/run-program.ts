import { callAs, catetoVersion, closest, guardOutput } from '@cateto/app-kit';
import { programs } from './programs.ts';
import { usage } from './usage.ts';

/*
 * The entry of the binary. Its first argument names the program. The program's main then finds the remaining arguments,
 * as if it had been started by itself. Only that program is loaded.
 */

const [first, ...rest] = process.argv.slice(2);
// Turns `cateto help client batch` into `cateto client batch --help`.
const [named, ...given] = first === 'help' && rest.length > 0 ? [...rest, '--help'] : [first, ...rest];
const program = named !== undefined && Object.hasOwn(programs, named) ? programs[named] : undefined;

if (program !== undefined) {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...given);
  callAs(`cateto ${named}`);
  await program.load();
} else {
  guardOutput('cateto');
  if (named === '--version' || named === '-V') {
    process.stdout.write(`${catetoVersion()}\n`);
  } else if (named === '--help' || named === '-h' || named === 'help') {
    process.stdout.write(usage(programs));
  } else {
    process.stderr.write(`cateto: ${problemOf(named)}: ${Object.keys(programs).join(', ')}; or --help\n`);
    process.exitCode = 2;
  }
}

function problemOf(name: string | undefined): string {
  if (name === undefined) return 'no program is named';
  const meant = closest(name, Object.keys(programs));
  return `${JSON.stringify(name)} is not one of its programs${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}
