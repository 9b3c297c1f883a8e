import { SettingFault } from '@cateto/contracts';
import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { CommandFault } from './command-fault.ts';
import type { Context } from './context.ts';
import { outputClosed } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodeOf, exitCodes, failureCodeIn } from './exit-codes.ts';
import { markNegative } from './formula/negative-arguments.ts';
import { oneLine } from './one-line.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command. What went wrong is one line on stderr, `command: what`.
 *
 * @param args what follows the program's name
 * @throws whatever no command should let out: a fault of this program, which deserves its stack
 */
export async function run(args: readonly string[], context: Context): Promise<ExitCode> {
  const program = createProgram(context);
  const command = program.commands.find((candidate) => candidate.name() === args[0]);
  try {
    const isFormula = Object.hasOwn(context.catalogue.formulas, command?.name() ?? '');
    await program.parseAsync(isFormula ? markNegative(args, valueFlagsOf(command)) : args, { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    const ending = endingOf(error, context);
    const name = command?.name() ?? program.name();
    const line = oneLine(ending.message);
    // What the failure says may name the formula already.
    if (line !== '') context.io.stderr.write(line.startsWith(`${name}: `) ? `${line}\n` : `${name}: ${line}\n`);
    return ending.exitCode;
  }
}

interface Ending {
  readonly exitCode: ExitCode;
  /** Empty when there is nothing to explain. */
  readonly message: string;
}

function endingOf(error: unknown, { io }: Context): Ending {
  if (error instanceof CommandFault) return error;
  if (error instanceof SettingFault) return { exitCode: exitCodes.usage, message: error.message };
  if (error instanceof CommanderError) return endingOfUsage(error);
  const code = failureCodeIn(error);
  if (code === undefined || !(error instanceof Error)) throw error;
  if (code !== 'cancelled') return { exitCode: exitCodeOf(code), message: error.message };
  if (io.signal.reason === outputClosed) return { exitCode: exitCodes.failed, message: '' };
  return { exitCode: exitCodeOf(code), message: 'interrupted' };
}

function endingOfUsage(error: CommanderError): Ending {
  // Help that was asked for is no error; help for want of a command has been written already.
  if (error.exitCode === 0) return { exitCode: exitCodes.done, message: '' };
  if (error.code === 'commander.help') return { exitCode: exitCodes.usage, message: '' };
  return { exitCode: exitCodes.usage, message: error.message.replace(/^error: /, '') };
}

function valueFlagsOf(command: Command | undefined): ReadonlySet<string> {
  const flags = command?.options.filter(({ required }) => required).map(({ long }) => long) ?? [];
  return new Set(flags.filter((flag) => flag !== undefined && flag !== null));
}
