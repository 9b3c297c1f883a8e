import type { Command, Option } from 'commander';

/** A command as shell completion needs it: what can follow it. */
export interface CommandTree {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** What each argument is. */
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

/** What stands in a place: a file, one of these words, or anything. */
export type Kind = 'file' | 'anything' | readonly string[];

const suggested = new WeakMap<Option, readonly string[]>();

/** Says which values of a flag a shell suggests; the flag takes others as well. */
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
    argumentsAre: command.registeredArguments.map((argument) => (argument.name() === 'file' ? 'file' : 'anything')),
    commands: help.visibleCommands(command).map(treeOf),
  };
}

function kindOf(option: Option): Kind {
  return suggested.get(option) ?? (option.flags.includes('<file>') ? 'file' : 'anything');
}

let take: ((tree: CommandTree) => void) | undefined;

/** From now on a program that is loaded hands its command line over and does not run. */
export function describeOnly(taken: (tree: CommandTree) => void): void {
  take = taken;
}

/** @returns whether the program must not run */
export function isDescribed(command: Command): boolean {
  take?.(treeOf(command));
  return take !== undefined;
}
