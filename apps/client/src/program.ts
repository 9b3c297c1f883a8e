import { suggestValues, versionFlag } from '@cateto/app-kit';
import { settings } from '@cateto/contracts';
import { Command } from 'commander';
import { batchCommand } from './batch/command.ts';
import { formulasCommand } from './catalogue/formulas.ts';
import { operationsCommand } from './catalogue/operations.ts';
import type { Context } from './context.ts';
import { eventsCommand } from './events/command.ts';
import { formulaCommand } from './formula/command.ts';
import { unknownFormula } from './known-formula.ts';
import { programName } from './program-name.ts';
import { statusCommand } from './status/command.ts';
import { watchCommand } from './watch/command.ts';

const catalogueHelp = `
${settings.catalogue.flag} (${settings.catalogue.variable}) uses the formulas of your own module instead of the calculator's.`;

/** The command line: a command for each formula of the catalogue, and the client's other commands. */
export function createProgram(context: Context): Command {
  const { io, catalogue } = context;
  const program = new Command(programName())
    .description('Requests formulas, and shows the state and the messages of the system.')
    .version(...versionFlag())
    .exitOverride()
    .addHelpText('after', catalogueHelp)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      // run.ts writes errors, as one line each.
      outputError: () => undefined,
    });
  const formulas = Object.values(catalogue.formulas).map((formula) => formulaCommand(context, formula));
  const others = [batchCommand, formulasCommand, operationsCommand, statusCommand, eventsCommand, watchCommand];
  for (const command of formulas) add(program, command.helpGroup('Formulas:'));
  for (const create of others) add(program, create(context));
  for (const command of program.commands) {
    const names = Object.keys(catalogue.formulas);
    if (command.name() === 'batch') suggestValues(command, '--formula', names);
  }
  program.on('command:*', ([name = '']: string[]) => {
    throw unknownFormula(
      catalogue,
      name,
      program.commands.map((command) => command.name()),
    );
  });
  return program;
}

function add(program: Command, command: Command): void {
  program.addCommand(command.copyInheritedSettings(program));
}
