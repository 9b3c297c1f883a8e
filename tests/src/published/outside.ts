import { environmentWith } from '@cateto/app-kit';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Started } from '../support/following.ts';
import { following } from '../support/following.ts';
import type { Finished } from '../support/run-app.ts';
import type { Packed } from './packed.ts';

/** A folder outside of this workspace with a program of a user. */
export interface Outside {
  readonly folder: string;
  /** Runs a command of its `node_modules/.bin`, or of this machine, to its end. */
  run(command: string, ...args: string[]): Promise<Finished>;
  /** Starts a command that keeps running. */
  start(command: string, ...args: string[]): Started;
  /** Kills everything that still runs, and removes the folder. */
  end(): void;
}

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));

export function copyOfExample(name: string, environment: Readonly<Record<string, string>>): Outside {
  const outside = emptyOutside(name, environment);
  cpSync(join(examples, name), outside.folder, { recursive: true });
  return outside;
}

export function emptyOutside(name: string, environment: Readonly<Record<string, string>>): Outside {
  const folder = mkdtempSync(join(tmpdir(), `cateto-${name}-`));
  const started = new Set<ChildProcess>();

  function launch(command: string, args: readonly string[]): ChildProcess {
    const own = environmentWith(environment);
    const path = `${join(folder, 'node_modules/.bin')}:${own.PATH ?? ''}`;
    return spawn(command, args, { cwd: folder, env: { ...own, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  return {
    folder,
    async run(command, ...args) {
      const child = launch(command, args);
      const written = { out: '', said: '' };
      child.stdout?.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => (written.said += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, ...written };
    },
    start(command, ...args) {
      const child = launch(command, args);
      started.add(child);
      return following(child);
    },
    end() {
      for (const child of started) child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

/** The arguments with which npm installs packed packages, as it would install those of the registry. */
export function installArguments(packages: readonly Packed[]): readonly string[] {
  return ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages.map(({ file }) => file)];
}

/** Installs the packed packages that its manifest names, with their dependencies, as a user's npm would. */
export async function installed(outside: Outside, packages: readonly Packed[]): Promise<void> {
  const { code, out, said } = await outside.run('npm', ...installArguments(packages));
  if (code !== 0) throw new Error(`npm install failed: ${out}${said}`);
}
