import type { SettingName, ValueOf } from '@cateto/contracts';
import { readSetting, SettingFault, settings } from '@cateto/contracts';
import type { Command } from 'commander';
import { suggestValues } from './command-tree.ts';

/** The values of an app's settings, and the source of each. */
export interface SettingValues<N extends SettingName> {
  readonly values: { readonly [S in N]: ValueOf<S> };
  /** A fault of a value that its parser could not detect. The message names the flag or variable. */
  fault(name: N, message: string): SettingFault;
}

/** The values of a flag that completion suggests, if they are a few words. */
const valuesOf: Partial<Readonly<Record<SettingName, readonly string[]>>> = {
  log: ['pretty', 'json'],
  logLevel: ['debug', 'info', 'warn', 'error', 'silent'],
};

/** Adds a flag for each setting to a command. */
export function addSettings(command: Command, names: readonly SettingName[]): void {
  for (const name of names) {
    const { flag, variable, description, defaultText } = settings[name];
    const otherwise = defaultText === undefined ? '' : `, default ${defaultText}`;
    command.option(flag, `${description} (${variable}${otherwise})`);
    const values = valuesOf[name];
    if (values !== undefined) suggestValues(command, flag.split(' ', 1).join(''), values);
  }
}

/**
 * Reads settings from a command's flags and the environment. A flag overrides a variable.
 *
 * @throws SettingFault naming the flag or the variable
 */
export function readSettings<N extends SettingName>(
  command: Command,
  names: readonly N[],
  environment: NodeJS.ProcessEnv,
): SettingValues<N> {
  const given = (name: N) => {
    const { variable } = settings[name];
    return { flag: flagText(command, name), variable: environment[variable] };
  };
  const entries = names.map((name) => [name, readSetting(name, given(name))] as const);
  return {
    values: Object.fromEntries(entries) as SettingValues<N>['values'],
    fault(name, message) {
      const { flag, variable } = settings[name];
      return new SettingFault(`${given(name).flag === undefined ? variable : flag.split(' ')[0]}: ${message}`);
    },
  };
}

/** The settings that were given as flags, in the form of variables, for child processes. */
export function flagsAsVariables(command: Command, names: readonly SettingName[]): Record<string, string> {
  const given = names.map((name) => [settings[name].variable, flagText(command, name)] as const);
  return Object.fromEntries(given.filter((entry): entry is [`CATETO_${string}`, string] => entry[1] !== undefined));
}

/** A flag as text; `1` for a switch that is on. Undefined when it was not given. */
function flagText(command: Command, name: SettingName): string | undefined {
  const long = settings[name].flag.split(' ')[0];
  const option = command.options.find((candidate) => candidate.long === long);
  const value: unknown = option === undefined ? undefined : command.getOptionValue(option.attributeName());
  return value === true ? '1' : typeof value === 'string' ? value : undefined;
}
