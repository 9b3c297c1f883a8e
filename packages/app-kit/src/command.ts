import { SettingFault } from '@cateto/contracts';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { calledAs } from './called-as.ts';
import { exitCodes } from './exit-codes.ts';
import { catetoVersion } from './version.ts';

/** A command whose mistakes are one line on stderr and exit code 2. */
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

/** What a command's `version` is given. */
export function versionFlag(): [version: string, flags: string, description: string] {
  return [catetoVersion(), '-V, --version', 'the version of Cateto'];
}

/** What a flag's parser throws; the command names the flag. */
export function usageFault(message: string): Error {
  return new InvalidArgumentError(message);
}

/** The arguments after the program's name; pnpm passes a `--` of its own on. */
export function argumentsOf(argv: readonly string[]): string[] {
  const given = argv.slice(2);
  return given[0] === '--' ? given.slice(1) : given;
}

/**
 * The exit code for what a start threw; says why on stderr unless that was said.
 *
 * @param say writes one line
 */
export function exitCodeOf(error: unknown, say: (line: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  say(oneLine(error instanceof Error ? error.message : String(error)));
  return error instanceof SettingFault ? exitCodes.usage : exitCodes.failed;
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}
