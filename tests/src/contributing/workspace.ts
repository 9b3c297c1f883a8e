import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * A copy of the workspace for a contributor's changes. Dependencies are shared. Links between packages are relative and
 * lead into the copy.
 */

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** The copied paths: sources, and the settings of the tools. */
const copied = [
  'apps',
  'packages',
  'scripts/bundle.mjs',
  'scripts/contracts',
  '.changeset',
  'docs/contracts',
  'docs/reference.md',
  '.oxfmtrc.json',
  '.oxlintrc.json',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
  'vitest.base.ts',
  'vitest.programs.ts',
];
/** Files that tools leave behind. */
const left: ReadonlySet<string> = new Set(['dist', '.types', '.reports', '.turbo', '.cache', '.vite']);

export interface Finished {
  readonly code: number | null;
  /** Its output on both streams. */
  readonly said: string;
}

export interface Workspace {
  readonly root: string;
  read(path: string): string;
  write(path: string, text: string): void;
  /** Replaces a text by another. @throws Error when the file does not contain it */
  edit(path: string, from: string, to: string): void;
  /** Runs the program of a dependency of the root in a folder of the copy. */
  tool(tool: keyof typeof tools, args: readonly string[], folder?: string): Finished;
  /** Runs one of the workspace's own programs from source. */
  program(path: string, args: readonly string[]): Finished;
  /** Removes a file of the copy, or the whole copy. */
  remove(path?: string): void;
}

const tools = {
  tsc: 'typescript/bin/tsc',
  oxlint: 'oxlint/bin/oxlint',
  oxfmt: 'oxfmt/bin/oxfmt',
  vitest: 'vitest/vitest.mjs',
} as const;

export const fromSource = ['--conditions=@cateto/source', '--import', 'tsx'] as const;

export function copyWorkspace(): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'workspace-'));
  for (const path of copied) {
    cpSync(join(repository, path), join(root, path), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !left.has(basename(source)),
    });
  }
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));

  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
  const node = (args: readonly string[], folder = '.'): Finished => {
    const run = spawnSync(process.execPath, args, { cwd: join(root, folder), encoding: 'utf8' });
    if (run.error !== undefined) throw run.error;
    return { code: run.status, said: run.stdout + run.stderr };
  };
  return {
    root,
    read,
    write,
    edit(path, from, to) {
      const before = read(path);
      if (!before.includes(from)) throw new Error(`${path} has no ${from}`);
      write(path, before.replace(from, to));
    },
    tool: (tool, args, folder) => node([join(root, 'node_modules', tools[tool]), ...args], folder),
    program: (path, args) => node([...fromSource, path, ...args]),
    remove: (path = '.') => rmSync(join(root, path), { recursive: true }),
  };
}
