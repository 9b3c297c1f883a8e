import { isDescribed, written } from '@cateto/app-kit';
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { outputClosed } from './context.ts';
import { endingOf } from './ending.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodes } from './exit-codes.ts';
import { markNegative } from './formula/negative-arguments.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command. A failure is one line on stderr, `command: what`, and with `--json` also an object on stdout. If
 * the reader of stdout has gone, that is not a failure, and nothing is reported.
 *
 * @param args the arguments after the program's name
 * @throws a fault of this program, which should end it with a stack
 */
export async function run(args: readonly string[], context: Context): Promise<ExitCode> {
  const { io } = context;
  const program = createProgram(context);
  if (isDescribed(program)) return exitCodes.done;
  const command = program.commands.find((candidate) => candidate.name() === args[0]);
  let exitCode: ExitCode = exitCodes.done;
  try {
    const isFormula = Object.hasOwn(context.catalogue.formulas, command?.name() ?? '');
    await program.parseAsync(isFormula ? markNegative(args, valueFlagsOf(command)) : args, { from: 'user' });
  } catch (error) {
    exitCode = await report(error, context, {
      name: command?.name() ?? program.name(),
      json: wantsJson(args, command),
    });
  }
  await written(io.stdout);
  return io.signal.reason === outputClosed ? exitCodes.unread : exitCode;
}

interface Called {
  /** The start of the line about it. */
  readonly name: string;
  readonly json: boolean;
}

async function report(error: unknown, { io }: Context, { name, json }: Called): Promise<ExitCode> {
  // The reader of stdout may have gone, which is known only after the writes have ended.
  await written(io.stdout);
  if (io.signal.reason === outputClosed) return exitCodes.unread;
  const ending = endingOf(error);
  const { message } = ending;
  if (json && ending.error !== undefined) io.stdout.write(`${JSON.stringify({ error: ending.error })}\n`);
  // The failure's text may already begin with the formula's name.
  if (message !== '') io.stderr.write(message.startsWith(`${name}: `) ? `${message}\n` : `${name}: ${message}\n`);
  return ending.exitCode;
}

/** Whether `--json` was given, in a command line that may otherwise be wrong. */
function wantsJson(args: readonly string[], command: Command | undefined): boolean {
  const valueFlags = valueFlagsOf(command);
  const end = args.indexOf('--');
  const before = end === -1 ? args : args.slice(0, end);
  return before.some((arg, index) => arg === '--json' && !valueFlags.has(before[index - 1] ?? ''));
}

function valueFlagsOf(command: Command | undefined): ReadonlySet<string> {
  const flags = command?.options.filter(({ required }) => required).map(({ long }) => long) ?? [];
  return new Set(flags.filter((flag) => flag !== undefined && flag !== null));
}
