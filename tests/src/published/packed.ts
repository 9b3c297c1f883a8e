import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** Packs every published package into a new folder outside of the workspace. */
export function packAll(): { readonly folder: string; readonly packages: readonly Packed[] } {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-packed-'));
  const listed = JSON.parse(output(process.execPath, [script, folder])) as readonly Packed[];
  const packages = listed.map(({ name, version, file }): Packed => {
    const manifest = JSON.parse(output('tar', ['-xzOf', file, 'package/package.json'])) as Manifest;
    const files = output('tar', ['-tzf', file]).trim().split('\n');
    return { name, version, file, manifest, files: files.map((entry) => entry.replace(/^package\//, '')) };
  });
  return { folder, packages };
}

function output(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
