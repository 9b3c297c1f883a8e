import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { load } from 'js-yaml';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';
import { nextSteps } from './next-steps.ts';
import { projectFiles } from './project-files.ts';
import { versions } from './versions.ts';
import { writeProject } from './write-project.ts';

/* tests/src/published installs a written project from the tarballs and runs its commands. */

const main = bundled(new URL('main.ts', import.meta.url));

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-create-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function create(cwd: string, agent: string, ...given: string[]) {
  const env = { ...process.env, npm_config_user_agent: agent };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...given], { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('a project is written into a new folder, and its next steps are printed', () => {
  const folder = emptyFolder();
  const { status, stdout, stderr } = create(folder, 'npm/11.0.0 node/v22.0.0', 'Option Pricing');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(
    /^wrote package\.json, .* in Option Pricing\nNext:\n {2}cd 'Option Pricing'\n {2}npm install\n/,
  );
  expect(stdout).toContain('  npm run calc -- primesBelow 1000000  # from another terminal: 78498\n');
  const manifest = JSON.parse(readFileSync(join(folder, 'Option Pricing/package.json'), 'utf8')) as { name: string };
  expect(manifest.name).toBe('option-pricing');
});

test('without a folder, the project is written into the working directory', () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, '.git'));
  expect(create(folder, 'pnpm/12.4.2')).toMatchObject({ status: 0, stderr: '' });
  expect(existsSync(join(folder, 'src/primes.ts'))).toBe(true);
});

test('a folder that has one of the files is left as it is, and the message names the file', () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'README.md'), 'mine');
  const { status, stdout, stderr } = create(folder, 'npm/11.0.0');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(
    /^create-cateto: .* already has README\.md; nothing was written\. Give a folder without them\.\n$/,
  );
  expect(readdirSync(folder)).toEqual(['README.md']);
});

test.each(['taken', 'taken/below'])('when a file is in the way of the folder %s, the message names it', (given) => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'taken'), 'mine');
  const { status, stderr } = create(folder, 'npm/11.0.0', given);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^create-cateto: \S+\/taken is not a folder; nothing was written\. Give another folder\.\n$/);
  expect(readFileSync(join(folder, 'taken'), 'utf8')).toBe('mine');
});

test.each(['node_modules', 'node_modules/mine'])('a folder that npm empties (%s) is refused', (given) => {
  const folder = emptyFolder();
  const { status, stderr } = create(folder, 'npm/11.0.0', given);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^create-cateto: \S+ is inside of node_modules, which npm empties; nothing was written\. Give/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('a shell that runs the first step enters the folder, whatever its name', () => {
  const folder = emptyFolder();
  const name = "it's $HOME `id`";
  const { stdout } = create(folder, 'npm/11.0.0', name);
  const [step = ''] = /cd .*/.exec(stdout) ?? [];
  const { stdout: entered } = spawnSync('sh', ['-c', `${step} && pwd -P`], { cwd: folder, encoding: 'utf8' });
  expect(entered).toBe(`${join(realpathSync(folder), name)}\n`);
});

test('when a file cannot be written, the files before it are removed', () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'src'), 'a file, not a folder');
  expect(() => writeProject(folder, projectFiles('primes'))).toThrow(/EEXIST|ENOTDIR/);
  expect(readdirSync(folder)).toEqual(['src']);
});

test.each([
  ['Primes', 'primes'],
  ['@my/thing', 'my-thing'],
  ['.hidden', 'hidden'],
  ['数', 'my-system'],
  ['', 'my-system'],
  ['zod', 'zod-system'],
  ['Cateto', 'cateto-system'],
  ['typescript', 'typescript-system'],
])('a project in the folder %j is called %j', (folder, name) => {
  expect(JSON.parse(projectFiles(folder)['package.json'] ?? '')).toMatchObject({ name });
});

test('the next steps are those of the package manager that runs the command', () => {
  expect(nextSteps('', ['README.md'], 'pnpm')).toBe(`wrote README.md
Next:
  pnpm install
  pnpm test                          # on a simulated network, while a broker dies
  pnpm run cluster                   # the whole system on this machine, until Ctrl-C
  pnpm run calc primesBelow 1000000  # from another terminal: 78498
`);
});

test('a new project depends on the versions that this repository is tested with', () => {
  const workspace = load(readFileSync(new URL('../../../pnpm-workspace.yaml', import.meta.url), 'utf8')) as {
    readonly catalog: Readonly<Record<string, string>>;
  };
  const { cateto: _cateto, ...others } = versions;
  for (const [name, version] of Object.entries(others)) expect(workspace.catalog[name], name).toBe(version);
});
