import {
  argumentsOf,
  calledAs,
  createCommand,
  environment,
  exitCodeOf,
  guardOutput,
  isDescribed,
} from '@cateto/app-kit';
import { basename, relative, resolve } from 'node:path';
import { nextSteps } from './next-steps.ts';
import { projectFiles } from './project-files.ts';
import { writeProject } from './write-project.ts';

/* `cateto init` and `npm create cateto`: write a project and say what to do next. */

const typed = calledAs('create-cateto');
const command = createCommand('create-cateto', 'Writes a small project: a catalogue, its code and its test.').argument(
  '[dir]',
  'the folder of the project, created if it does not exist',
  '.',
);

guardOutput(typed);
if (!isDescribed(command)) run();

function run(): void {
  try {
    command.parse(argumentsOf(process.argv), { from: 'user' });
    const [given] = command.processedArgs as [string];
    const folder = resolve(given);
    const files = projectFiles(basename(folder));
    writeProject(folder, files);
    const manager = environment()['npm_config_user_agent']?.startsWith('pnpm') === true ? 'pnpm' : 'npm';
    process.stdout.write(nextSteps(relative(process.cwd(), folder), Object.keys(files), manager));
  } catch (error) {
    process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${typed}: ${line}\n`));
  }
}
