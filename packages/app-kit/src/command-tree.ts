import type { Command, Option } from 'commander';

/** A command in the form that shell completion needs. */
export interface CommandTree {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** The kind of each argument. */
  readonly argumentsAre: readonly Kind[];
  readonly commands: readonly CommandTree[];
}

export interface Flag {
  /** `-h` and `--help`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for a switch. */
  readonly value: Kind | undefined;
}

/** The kind of an argument or value: a file, one of these words, or anything. */
export type Kind = 'file' | 'anything' | readonly string[];

const suggested = new WeakMap<Option, readonly string[]>();

/** Sets the values of a flag that a shell suggests. The flag accepts other values too. */
export function suggestValues(command: Command, flag: string, values: readonly string[]): void {
  const option = command.options.find(({ long }) => long === flag);
  if (option === undefined) throw new Error(`${command.name()} has no ${flag}`);
  suggested.set(option, values);
}

export function treeOf(command: Command): CommandTree {
  const help = command.createHelp();
  return {
    name: command.name().split(' ').at(-1) ?? '',
    description: command.description(),
    flags: help.visibleOptions(command).map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
      description: option.description,
      value: option.required || option.optional ? kindOf(option) : undefined,
    })),
    argumentsAre: command.registeredArguments.map((argument) => (isPath(argument.name()) ? 'file' : 'anything')),
    commands: help.visibleCommands(command).map(treeOf),
  };
}

function isPath(name: string): boolean {
  return name === 'file' || name === 'dir';
}

function kindOf(option: Option): Kind {
  return suggested.get(option) ?? (/<(?:file|dir)>/.test(option.flags) ? 'file' : 'anything');
}

let take: ((tree: CommandTree) => void) | undefined;

/** Makes every program that is loaded later pass on its command line instead of running. */
export function describeOnly(taken: (tree: CommandTree) => void): void {
  take = taken;
}

/** @returns whether the program must not run */
export function isDescribed(command: Command): boolean {
  take?.(treeOf(command));
  return take !== undefined;
}
