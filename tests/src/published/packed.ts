import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

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

const script = fileURLToPath(new URL('../../../scripts/pack.mjs', import.meta.url));

/** Packs every published package into a folder outside of the workspace, once for all test files. */
export function packAll(): readonly Packed[] {
  const list = join(inject('packed'), 'packages.json');
  if (!existsSync(list)) writeFileSync(list, JSON.stringify(pack(inject('packed'))));
  return JSON.parse(readFileSync(list, 'utf8')) as readonly Packed[];
}

function pack(folder: string): readonly Packed[] {
  const listed = JSON.parse(output(process.execPath, [script, folder])) as readonly Packed[];
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
