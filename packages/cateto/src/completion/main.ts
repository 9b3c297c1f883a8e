import type { CommandTree } from '@cateto/app-kit';
import {
  addSettings,
  argumentsOf,
  callAs,
  calledAs,
  createCommand,
  describeOnly,
  exitCodeOf,
  guardOutput,
  treeOf,
  usageFault,
} from '@cateto/app-kit';
import { apps } from '../apps.ts';
import { catetoFlags } from '../usage.ts';
import { bashCompletion } from './bash.ts';
import { zshCompletion } from './zsh.ts';

/*
 * `cateto completion <shell>` prints a script that the shell reads once. A Tab starts no process. The client, when it is
 * loaded to describe its commands, finds the catalogue as it does when it runs: in the arguments of this process.
 */

const shells: Readonly<Record<string, (tree: CommandTree) => string>> = { bash: bashCompletion, zsh: zshCompletion };

const notes = `
In ~/.bashrc:  source <(cateto completion bash)
In ~/.zshrc, after compinit:  source <(cateto completion zsh)
With --catalogue, the script completes the formulas of your own module.`;

const command = createCommand('completion', 'Prints a script for a shell that completes the command lines of cateto.')
  .argument('<shell>', Object.keys(shells).join(' or '), readShell)
  .addHelpText('after', notes);
addSettings(command, ['catalogue']);

guardOutput(calledAs('completion'));
try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  const [scriptOf] = command.processedArgs as [(tree: CommandTree) => string];
  const tree = await wholeTree();
  if (tree !== undefined) process.stdout.write(scriptOf(tree));
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${calledAs('completion')}: ${line}\n`));
}

function readShell(name: string): (tree: CommandTree) => string {
  const script = Object.hasOwn(shells, name) ? shells[name] : undefined;
  if (script === undefined) throw usageFault(`It is ${Object.keys(shells).join(' or ')}.`);
  return script;
}

/** @returns undefined when a program cannot describe itself; it has then said why, and set the exit code */
async function wholeTree(): Promise<CommandTree | undefined> {
  const commands: CommandTree[] = [];
  describeOnly((tree) => commands.push(tree));
  for (const [index, [name, { load }]] of Object.entries(apps).entries()) {
    callAs(`cateto ${name}`);
    await load();
    if (commands.length === index) return undefined;
  }
  commands.push(
    { ...treeOf(command), argumentsAre: [Object.keys(shells)] },
    {
      name: 'help',
      description: 'Shows help for a program.',
      flags: [],
      argumentsAre: [[...Object.keys(apps), command.name()]],
      commands: [],
    },
  );
  return { name: 'cateto', description: '', flags: catetoFlags, argumentsAre: [], commands };
}
