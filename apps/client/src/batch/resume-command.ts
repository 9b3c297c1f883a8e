import { programName } from '../program-name.ts';
import type { Command } from 'commander';

/**
 * The command that resumes a run: the flags of the run, and --resume.
 *
 * @param catalogue the module that the run was given, if it was
 */
export function resumeCommand(file: string, command: Command, catalogue?: string): string {
  const flags = command.options.flatMap((option) => {
    const name = option.attributeName();
    const isGiven = command.getOptionValueSource(name) === 'cli' && name !== 'resume' && name !== 'retryFailed';
    if (!isGiven) return [];
    const value: unknown = command.getOptionValue(name);
    return [option.long ?? '', ...(value === true ? [] : [String(value)])];
  });
  // A name that begins with a hyphen would be read as a flag.
  const path = file.startsWith('-') && file !== '-' ? `./${file}` : file;
  return [
    programName(),
    ...[command.name(), path, ...flags, ...(catalogue === undefined ? [] : ['--catalogue', catalogue]), '--resume'].map(
      shellWord,
    ),
  ].join(' ');
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
