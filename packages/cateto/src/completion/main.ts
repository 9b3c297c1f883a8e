import type { CommandTree } from '@cateto/app-kit';
import {
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

/* `cateto completion <shell>` prints a script that the shell reads once. A Tab starts no process. */

const shells: Readonly<Record<string, (tree: CommandTree) => string>> = { bash: bashCompletion, zsh: zshCompletion };

const notes = `
In ~/.bashrc:  source <(cateto completion bash)
In ~/.zshrc, after compinit:  source <(cateto completion zsh)`;

const command = createCommand('completion', 'Prints a script for a shell that completes the command lines of cateto.')
  .argument('<shell>', Object.keys(shells).join(' or '), readShell)
  .addHelpText('after', notes);

guardOutput(calledAs('completion'));
try {
  command.parse(argumentsOf(process.argv), { from: 'user' });
  const [scriptOf] = command.processedArgs as [(tree: CommandTree) => string];
  process.stdout.write(scriptOf(await wholeTree()));
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${calledAs('completion')}: ${line}\n`));
}

function readShell(name: string): (tree: CommandTree) => string {
  const script = Object.hasOwn(shells, name) ? shells[name] : undefined;
  if (script === undefined) throw usageFault(`It is ${Object.keys(shells).join(' or ')}.`);
  return script;
}

/** The flags that every program has, with their own descriptions. */
async function wholeTree(): Promise<CommandTree> {
  const commands: CommandTree[] = [];
  describeOnly((tree) => commands.push(tree));
  for (const [name, { load }] of Object.entries(apps)) {
    callAs(`cateto ${name}`);
    await load();
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
