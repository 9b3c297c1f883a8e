import { argumentsOf, calledAs, createCommand, exitCodeOf, guardOutput, isDescribed } from '@cateto/app-kit';
import { addAllow } from './allow.ts';
import { addCheck } from './check.ts';
import { addInit } from './init.ts';
import { addList } from './list.ts';
import { addNew } from './new.ts';
import { addRevoke } from './revoke.ts';
import { addRotate } from './rotate.ts';
import { addShow } from './show.ts';

/* `cateto key`: the files of keys and rights. No command overwrites a file; a list is replaced as a whole. */

const typed = calledAs('key');
const program = createCommand('key', 'Makes keys, and keeps the list of what each may do.');
for (const add of [addInit, addNew, addShow, addAllow, addRotate, addRevoke, addList, addCheck]) add(program);

guardOutput(typed);
if (!isDescribed(program)) run();

function run(): void {
  try {
    program.parse(argumentsOf(process.argv), { from: 'user' });
  } catch (error) {
    process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${typed}: ${line}\n`));
  }
}
