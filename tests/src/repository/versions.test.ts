import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

/* Runs `pnpm version-packages` with a changeset, in a copy of all manifests. */

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
}

function foldersOf(workspace: string): string[] {
  const grouped = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(workspace, group)).map((name) => join(group, name)),
  );
  return [...grouped, 'tests', 'verification', 'bench'].filter((folder) =>
    existsSync(join(workspace, folder, 'package.json')),
  );
}

function manifestIn(workspace: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(workspace, folder, 'package.json'), 'utf8')) as Manifest;
}

function copyOfManifests(): string {
  const copy = mkdtempSync(join(tmpdir(), 'cateto-versions-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  for (const folder of foldersOf(root)) {
    mkdirSync(join(copy, folder), { recursive: true });
    cpSync(join(root, folder, 'package.json'), join(copy, folder, 'package.json'));
  }
  for (const file of ['package.json', 'pnpm-workspace.yaml', '.changeset/config.json'])
    cpSync(join(root, file), join(copy, file));
  return copy;
}

/** Runs `changeset version` in the copy, which must succeed. */
function versionIn(copy: string): void {
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: copy });
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '.');
  git('commit', '--quiet', '--message', 'A change');
  const changeset = join(root, 'node_modules/.bin/changeset');
  const { status, stdout, stderr } = spawnSync(changeset, ['version'], { cwd: copy, encoding: 'utf8' });
  expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
}

test('a change of one package gives all published ones the same new version, and leaves the private ones', () => {
  const copy = copyOfManifests();
  writeFileSync(join(copy, '.changeset/change.md'), "---\n'@cateto/protocol': minor\n---\n\nA change.\n");
  const before = foldersOf(copy).map((folder) => manifestIn(copy, folder));
  versionIn(copy);
  const after = foldersOf(copy).map((folder) => manifestIn(copy, folder));
  const published = after.filter((manifest) => manifest.private !== true);
  const versions = new Set(published.map(({ version }) => version));
  expect(versions.size).toBe(1);
  expect(versions).not.toContain(before.find(({ name }) => name === 'cateto')?.version);
  expect(after.filter((manifest) => manifest.private)).toEqual(before.filter((manifest) => manifest.private));
});

test('the changesets of this repository can be turned into versions', () => {
  const copy = copyOfManifests();
  cpSync(join(root, '.changeset'), join(copy, '.changeset'), { recursive: true });
  versionIn(copy);
  expect(readdirSync(join(copy, '.changeset'))).toEqual(['config.json']);
});
