import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './pages.ts';

/* The commands of the pages, and what they run in this workspace. */

/** A line of a block of commands. */
export interface Command {
  readonly text: string;
  /** The comment behind the command; empty without a comment. */
  readonly comment: string;
}

export interface Program {
  /** The folder of the workspace in which the program runs. */
  readonly folder: string;
  /** The command for a shell, without the arguments. */
  readonly start: string;
  /** The arguments in the page. */
  readonly args: string;
  /** The variables that the page sets before the command. */
  readonly environment: Readonly<Record<string, string>>;
}

const binary = 'node packages/cateto/dist/main.js';
const createCateto = 'node packages/create-cateto/dist/main.js';

export function commandsIn(block: string): readonly Command[] {
  return block
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, text = '', comment = ''] = /^(.*?)(?:\s+# *(.*))?$/.exec(line) ?? [];
      return { text, comment };
    });
}

/**
 * The program that a command runs. Scripts run as with pnpm, and published binaries as they were built.
 *
 * @returns undefined when it is not a program of this workspace
 * @throws Error when the workspace has no such script
 */
export function programOf(text: string): Program | undefined {
  const [, variables = '', rest = ''] = /^((?:[A-Z_]+=\S+ )*)(.*)$/.exec(text) ?? [];
  const environment = Object.fromEntries(variables.split(' ').filter(Boolean).map(assignment));
  const [, ofBinary] = /^(?:npx )?cateto(?: (.*))?$/.exec(rest) ?? [];
  if (ofBinary !== undefined) return { folder: '.', start: binary, args: ofBinary, environment };
  const [, ofCreate] = /^p?npm create cateto(?: (.*))?$/.exec(rest) ?? [];
  if (ofCreate !== undefined) return { folder: '.', start: createCateto, args: ofCreate, environment };
  const [, app, script, args = ''] = /^(?:npx -y pnpm@12|pnpm) (?:--filter (\S+) )?(\S+)(?: (.*))?$/.exec(rest) ?? [];
  if (script === undefined || script === 'install') return undefined;
  const folder = app === undefined ? '.' : `apps/${app}`;
  return { folder, start: scriptOf(folder, script), args: args.replace(/^-- /, ''), environment };
}

export function assignment(text: string): [name: string, value: string] {
  const [name = '', ...value] = text.split('=');
  return [name, value.join('=')];
}

function scriptOf(folder: string, name: string): string {
  const { scripts } = JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (script === undefined) throw new Error(`package.json in ${folder} has no script "${name}"`);
  return script;
}
