import { SettingFault } from '@cateto/contracts';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { calledAs } from './called-as.ts';
import { exitCodes } from './exit-codes.ts';
import { oneLine } from './one-line.ts';
import { catetoVersion } from './version.ts';

/** Creates a command that reports a mistake as one line on stderr, with exit code 2. */
export function createCommand(name: string, description: string): Command {
  const typed = calledAs(name);
  return new Command(typed)
    .description(description)
    .version(...versionFlag())
    .exitOverride()
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text, write) => write(`${typed}: ${oneLine(text.replace(/^error: /, ''))}\n`) });
}

/** The arguments for a command's `version`. */
export function versionFlag(): [version: string, flags: string, description: string] {
  return [catetoVersion(), '-V, --version', 'the version of Cateto'];
}

/** The error that a flag's parser throws. The command adds the flag's name. */
export function usageFault(message: string): Error {
  return new InvalidArgumentError(message);
}

/** The arguments after the program's name. pnpm may pass on a `--` of its own before them. */
export function argumentsOf(argv: readonly string[]): string[] {
  const given = argv.slice(2);
  return given[0] === '--' ? given.slice(1) : given;
}

/**
 * The exit code for an error of a start. Writes the error on stderr, unless commander has written it.
 *
 * @param say writes one line
 */
export function exitCodeOf(error: unknown, say: (line: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  say(oneLine(error instanceof Error ? error.message : String(error)));
  return error instanceof SettingFault ? exitCodes.usage : exitCodes.failed;
}
