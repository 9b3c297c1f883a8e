import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { Workspace } from '../contributing/workspace.ts';
import { copyWorkspace } from '../contributing/workspace.ts';

/** A published package, as its tarball contains it. */
export interface Packed {
  readonly name: string;
  readonly version: string;
  /** The file of the tarball. */
  readonly file: string;
  readonly manifest: Manifest;
  /** The files in it. */
  readonly files: readonly string[];
}

export interface Manifest {
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly repository?: unknown;
  readonly engines?: Readonly<Record<string, string>>;
  readonly sideEffects?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: unknown;
}

const repository = fileURLToPath(new URL('../../../', import.meta.url));
/** The files that packing needs besides the sources. */
const more = ['scripts', 'turbo.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.pnpmfile.cjs', 'LICENSE'];

/** A copy of the workspace that can be packed. Packing builds everything from nothing, and other tests use what is built. */
export function packableCopy(): Workspace {
  const workspace = copyWorkspace();
  for (const path of more) cpSync(join(repository, path), join(workspace.root, path), { recursive: true });
  return workspace;
}

/** Runs `scripts/pack.mjs` of a copy. */
export function packIn(
  workspace: Workspace,
  folder: string,
): { readonly status: number | null; readonly out: string; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(workspace.root, 'scripts/pack.mjs'), folder], {
    encoding: 'utf8',
    // The copy shares the repository's dependencies, and nothing may be installed into them.
    env: { ...process.env, pnpm_config_verify_deps_before_run: 'false' },
  });
  return { status, out: stdout, said: stderr };
}

/** Packs every published package into a folder outside of the workspace, once for all test files. */
export function packAll(): readonly Packed[] {
  const list = join(inject('packed'), 'packages.json');
  if (!existsSync(list)) writeFileSync(list, JSON.stringify(pack(inject('packed'))));
  return JSON.parse(readFileSync(list, 'utf8')) as readonly Packed[];
}

function pack(folder: string): readonly Packed[] {
  const workspace = packableCopy();
  const { status, out, said } = packIn(workspace, folder);
  workspace.remove();
  if (status !== 0) throw new Error(`packing failed: ${said}`);
  const listed = JSON.parse(out) as readonly Packed[];
  return listed.map(({ name, version, file }): Packed => {
    const manifest = JSON.parse(output('tar', ['-xzOf', file, 'package/package.json'])) as Manifest;
    const files = output('tar', ['-tzf', file]).trim().split('\n');
    return { name, version, file, manifest, files: files.map((entry) => entry.replace(/^package\//, '')) };
  });
}

function output(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
