import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Workspace } from '../contributing/workspace.ts';
import { packIn, packableCopy } from './packed.ts';

let workspace: Workspace;

beforeAll(() => {
  workspace = packableCopy();
});

afterAll(() => workspace.remove());

/** Runs `scripts/pack.mjs` in the copy, and lists the tarballs. */
function pack(folder: string) {
  const destination = join(workspace.root, folder);
  mkdirSync(destination);
  const { status, said } = packIn(workspace, destination);
  return { status, said, packed: readdirSync(destination) };
}

test('packing leaves out the old output of deleted sources', () => {
  workspace.write('packages/app-kit/src/gone.ts', 'export const gone = 1;\n');
  expect(workspace.tool('tsc', ['-b'], 'packages/app-kit').code).toBe(0);
  expect(existsSync(join(workspace.root, 'packages/app-kit/dist/gone.js'))).toBe(true);
  workspace.remove('packages/app-kit/src/gone.ts');
  const { status, said, packed } = pack('packed');
  expect({ status, said }).toEqual({ status: 0, said: '' });
  const tarball = packed.find((file) => file.includes('app-kit')) ?? '';
  const { stdout } = spawnSync('tar', ['-tzf', join(workspace.root, 'packed', tarball)], { encoding: 'utf8' });
  expect(stdout).toContain('package/dist/index.js');
  expect(stdout).not.toContain('/gone.');
});

test('packing packs nothing when a package cannot be built, and says why', () => {
  workspace.write('packages/app-kit/src/wrong.ts', 'export const wrong: number = "text";\n');
  const { status, said, packed } = pack('unpacked');
  expect({ status, packed }).toEqual({ status: 1, packed: [] });
  expect(said).toMatch(/^pack: .*turbo run build/);
  expect(said).toContain('src/wrong.ts(1,14): error TS2322');
});
