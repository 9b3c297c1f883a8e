import { freeBrokers } from '@cateto/cluster';
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandsIn } from '../docs/commands.ts';
import { blocks, repository } from '../docs/pages.ts';
import type { Started } from '../support/following.ts';
import type { Outside } from './outside.ts';
import { emptyOutside, installArguments } from './outside.ts';
import type { Packed } from './packed.ts';
import { packAll } from './packed.ts';

/*
 * Follows docs/first-system.md word for word, in an empty folder, with the packed packages in place of those of the registry.
 * Its two hosts are this one: the addresses become free ports on loopback.
 */

const page = 'docs/first-system.md';

let packages: readonly Packed[] = [];
let outside: Outside;

beforeAll(async () => {
  packages = packAll();
  outside = emptyOutside('first-system', { CATETO_BROKERS: await freeBrokers(), CATETO_TIMEOUT_MS: '60000' });
});

afterAll(() => outside.end());

function blocksUnder(heading: string, language = 'sh'): readonly string[] {
  return blocks
    .filter((block) => block.under === `${page}#${heading}` && block.language === language)
    .map(({ text }) => text);
}

/** The command with this machine in place of the registry and the two hosts. */
function local(text: string): string {
  if (text === 'npm create cateto primes') {
    const file = packages.find(({ name }) => name === 'create-cateto')?.file;
    return `npm exec --yes --package ${file} -- create-cateto primes`;
  }
  const needed = packages.filter(({ name }) => !['@cateto/app-kit', 'create-cateto'].includes(name));
  const here = text === 'npm install' ? `npm ${installArguments(needed).join(' ')}` : text;
  return here.replace('CATETO_BIND=0.0.0.0', 'CATETO_BIND=127.0.0.1');
}

/** Runs the commands of a block, and compares the output with the comment, where that is a value. */
async function follow(block: string, before = 'cd primes'): Promise<void> {
  for (const { text, comment } of commandsIn(block)) {
    if (/^(?:cd|export) /.test(text)) continue;
    const place = text.startsWith('npm create') ? 'true' : before;
    const { code, out, said } = await outside.run('bash', '-c', `${place} && ${local(text)}`);
    expect([text, code, code === 0 ? '' : out + said]).toEqual([text, 0, '']);
    if (/^[\d[]/.test(comment)) expect(out.trim().split('\n').at(-1)).toBe(comment);
  }
}

function start(text: string, before = 'cd primes'): Started {
  return outside.start('bash', '-c', `${before} && ${local(text).replace(/^((?:[A-Z_]+=\S+ )*)/, '$1exec ')}`);
}

async function end(started: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  started.child.kill(signal);
  await started.ended;
}

test('the page creates a project and runs its test', async () => {
  const [create = ''] = blocksUnder('Create a project');
  await follow(create);
});

test('cateto init writes the same project as create-cateto', async () => {
  const written = await outside.run(
    'bash',
    '-c',
    'mkdir other && cd other && ../primes/node_modules/.bin/cateto init primes',
  );
  expect(written).toMatchObject({ code: 0, said: '' });
  for (const file of [
    'src/primes.ts',
    'src/primes.test.ts',
    'README.md',
    'tsconfig.json',
    'pnpm-workspace.yaml',
    '.gitignore',
  ]) {
    const [one, other] = ['primes', 'other/primes'].map((at) => readFileSync(join(outside.folder, at, file), 'utf8'));
    expect(other).toBe(one);
  }
});

test('the page shows the module of the project', () => {
  const [shown = ''] = blocksUnder('Read the code', 'ts');
  const module = readFileSync(join(outside.folder, 'primes/src/primes.ts'), 'utf8');
  expect(shown).toBe(`// src/primes.ts\n${module}`);
});

test('the page runs the system on one machine: calls, status and a file', async () => {
  const [cluster = '', calls = '', batch = ''] = blocksUnder('Run it');
  const started = start(cluster.trim());
  await started.wrote(/^Everything is up/);
  await follow(calls);
  await follow(batch);
  expect(readFileSync(join(outside.folder, 'primes/counts.csv'), 'utf8')).toBe(
    'n,value,error\n1000,168,\n1000000,78498,\n',
  );
  await end(started);
});

test('the page writes another system, whose operation clients call', async () => {
  const [module = ''] = blocksUnder('Write your own', 'ts');
  writeFileSync(join(outside.folder, 'primes/src/factors.ts'), module);
  const [cluster = '', calls = ''] = blocksUnder('Write your own');
  const [build, run] = commandsIn(cluster);
  await follow(build?.text ?? '');
  const started = start(run?.text ?? '');
  await started.wrote(/^Everything is up/);
  await follow(calls);
  await end(started);
});

/** The lines of a block that export variables, in one command. Free ports of this machine take the place of the two hosts. */
function exportsOf(block: string, brokers: string): string {
  const lines = commandsIn(block).flatMap(({ text }) => (text.startsWith('export ') ? [text] : []));
  return lines.map((text) => text.replace('10.0.0.1,10.0.0.2', brokers)).join(' && ');
}

/** Copies the project into a folder for a host, with the keys of its row in the table of the page. */
function copyToHost(row: string, folder: string): void {
  const [from, to] = [join(outside.folder, 'primes'), join(outside.folder, folder)];
  const left = ['node_modules', 'dist', 'keys'].map((name) => join(from, name));
  cpSync(from, to, { recursive: true, filter: (path) => !left.includes(path) });
  // As `npm install` would make it there.
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'));
  mkdirSync(join(to, 'keys'));
  for (const [, file = ''] of row.matchAll(/`([^`]+)`/g)) {
    // This keeps the mode of a file.
    copyFileSync(join(from, 'keys', file), join(to, 'keys', file));
  }
}

test('the page runs the system with keys on two hosts, and the second one computes alone', async () => {
  const [make = '', first = '', second = '', calls = '', last = ''] = blocksUnder('Two hosts');
  await follow(make);
  const rows = readFileSync(join(repository, page), 'utf8').match(/^\| 10\.0\.0\.\d \| .*$/gm) ?? [];
  expect(rows).toHaveLength(2);
  const brokers = await freeBrokers();
  const terminals = [first, second].map((block, index) => {
    const folder = `host-${index + 1}`;
    copyToHost(rows[index] ?? '', folder);
    return `cd ${folder} && ${exportsOf(block, brokers)}`;
  });
  const startAll = (block: string, terminal = ''): readonly Started[] =>
    commandsIn(block)
      .filter(({ text }) => !text.startsWith('export '))
      .map(({ text }) => start(text, terminal));
  await Promise.all(['host-1', 'host-2'].map((folder) => follow('npm run build', `cd ${folder}`)));
  const hosts = [startAll(first, terminals[0]), startAll(second, terminals[1])] as const;
  await Promise.all(hosts.flat().map((started) => started.wrote(/"event":"ready"/)));
  const callers = terminals.map((terminal) => `${terminal} && ${exportsOf(calls, brokers)}`);
  await follow(calls, callers[0]);
  await Promise.all(hosts[0].map((started) => end(started, 'SIGKILL')));
  await follow(last, callers[1]);
  await Promise.all(hosts[1].map((started) => end(started)));
});
