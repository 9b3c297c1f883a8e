import { freeBrokers } from '@cateto/cluster';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
let packedFolder = '';
let outside: Outside;

beforeAll(async () => {
  ({ packages, folder: packedFolder } = packAll());
  outside = emptyOutside('first-system', { CATETO_BROKERS: await freeBrokers(), CATETO_TIMEOUT_MS: '60000' });
});

afterAll(() => {
  outside.end();
  rmSync(packedFolder, { recursive: true });
});

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
    if (text.startsWith('cd ')) continue;
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
  const [shown = ''] = blocksUnder('What it contains', 'ts');
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

test('the page runs the system on two hosts, and the second one computes alone', async () => {
  const [first = '', second = '', calls = '', last = ''] = blocksUnder('Two hosts');
  const brokers = await freeBrokers();
  const exported = `cd primes && export CATETO_BROKERS=${brokers} CATETO_CATALOGUE=./dist/primes.js`;
  const startAll = (block: string): readonly Started[] =>
    commandsIn(block)
      .filter(({ text }) => !text.startsWith('export '))
      .map(({ text }) => start(text, exported));
  const hosts = [startAll(first), startAll(second)] as const;
  await Promise.all(hosts.flat().map((started) => started.wrote(/"event":"ready"/)));
  await follow(calls, exported);
  await Promise.all(hosts[0].map((started) => end(started, 'SIGKILL')));
  await follow(last, exported);
  await Promise.all(hosts[1].map((started) => end(started)));
});

test('the page exports what this test exports', () => {
  const text = readFileSync(join(repository, page), 'utf8');
  expect(text.match(/^export [A-Z].*$/gm)).toEqual([
    'export CATETO_BROKERS=10.0.0.1,10.0.0.2',
    'export CATETO_CATALOGUE=./dist/primes.js',
    'export CATETO_BROKERS=10.0.0.1,10.0.0.2',
    'export CATETO_CATALOGUE=./dist/primes.js',
  ]);
});
