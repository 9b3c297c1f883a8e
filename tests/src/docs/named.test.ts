import { settings } from '@cateto/contracts';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commandsIn, programOf } from './commands.ts';
import { notRun } from './not-run.ts';
import { blocksOf, inlineCodeOf, pages, repository } from './pages.ts';

/* Every script, flag, setting and file that the pages name exists. */

/** Commands in sentences, and commands in blocks that are not run. */
const commands = pages().flatMap((page) => {
  const inBlocks = blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => commandsIn(text).map((command) => command.text))
    .filter((text) => notRun.some(({ command }) => command === text));
  const inSentences = inlineCodeOf(page).filter((code) => /^(?:[A-Z_]+=\S+ )*(?:pnpm|npx|cateto) \S/.test(code));
  // The part in brackets may be left out.
  return [...inBlocks, ...inSentences].map((text) => ({ page: page.path, text: text.replaceAll(/[[\]]/g, '') }));
});

const helps = new Map<string, Promise<string>>();

/**
 * The text that lists a program's flags: its --help, or, for a tool of this repository, its source. Such a tool may
 * have no --help, and takes long to start.
 */
function helpOf(text: string): Promise<string> {
  const program = programOf(text);
  if (program === undefined) throw new Error(`"${text}" is no program of this workspace`);
  const tool = /(?:^| )((?:tests|verification|bench|scripts)\/(?!contracts\/(?:check|export)\.ts)\S+)(?: |$)/.exec(
    program.start,
  )?.[1];
  if (tool !== undefined) return Promise.resolve(sourceOf(join(repository, tool)));
  // The client's flags belong to a command. The binary's flags belong to a program, and for three programs to a command.
  const before = program.args.split(/(?:^| )-/, 1)[0] ?? '';
  const named = before.split(' ').slice(0, /^(?:client|contracts|key) /.test(before) ? 2 : 1);
  const command = `exec ${program.start} ${named.join(' ')} --help`;
  const key = `${program.folder} ${command}`;
  const known = helps.get(key) ?? outputOf(command, program.folder);
  helps.set(key, known);
  return known;
}

/** A file and the files that it imports: two tools may share their flags. */
function sourceOf(file: string): string {
  const source = readFileSync(file, 'utf8');
  const imported = [...source.matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) => join(dirname(file), path));
  return [source, ...imported.map((one) => readFileSync(one, 'utf8'))].join('\n');
}

async function outputOf(command: string, folder: string): Promise<string> {
  const child = spawn('bash', ['-c', command], { cwd: join(repository, folder), stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await once(child, 'close');
  return out;
}

test.each(commands)('$page names only what exists in: $text', async ({ text }) => {
  // A missing script throws.
  const program = programOf(text);
  const flags = [...(program?.args ?? '').matchAll(/(?:^| )(--[a-z][\w-]*)/g)].map(([, flag = '']) => flag);
  for (const flag of flags.filter((one) => one !== '--help')) {
    const help = await helpOf(text);
    // Either written out, or in the form of parseArgs.
    expect(help).toMatch(new RegExp(`(?<![\\w-])(?:${flag}(?![\\w-])|${flag.slice(2)}: \\{)`));
  }
});

test('every flag that a sentence names is declared somewhere', () => {
  const named = pages().flatMap((page) =>
    inlineCodeOf(page).flatMap((code) => /^--[a-z][\w-]*(?![\w=-])/.exec(code) ?? []),
  );
  const folders = ['apps', 'packages', 'tests/src', 'verification/src', 'bench/src'];
  const options = ['-rhoE', '--include=*.ts', '--exclude-dir=node_modules', '--exclude-dir=docs'];
  const { stdout } = spawnSync('grep', [...options, "'--[a-z][a-z-]*", ...folders], {
    cwd: repository,
    encoding: 'utf8',
  });
  const declared = new Set(stdout.split('\n').map((flag) => flag.slice(1)));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((flag) => !declared.has(flag))).toEqual([]);
});

/** The page's words for the default of a setting without a default text. */
const unset: Readonly<Record<string, string>> = {
  CATETO_CATALOGUE: 'the calculator',
  CATETO_LOG: 'pretty on a terminal, else json',
  CATETO_KEY: 'none',
  CATETO_BROKER_KEYS: 'none',
  CATETO_ACCESS: 'none',
  CATETO_HTTP: 'none',
  CATETO_HTTP_TOKEN_FILE: 'none',
};

test('the table of settings in docs/running.md lists exactly the settings', () => {
  const { text } = pages().find(({ path }) => path === 'docs/running.md') ?? { text: '' };
  const rows = text.split('\n').filter((line) => line.startsWith('| `CATETO_'));
  const stated = rows.map((row) =>
    row
      .replaceAll('`', '')
      .split('|')
      .slice(1, 4)
      .map((cell) => cell.trim()),
  );
  const declared = Object.values(settings).map(({ variable, flag, defaultText }) => {
    const switched = !flag.includes(' ');
    return [variable, flag.split(' ', 1)[0], switched ? '' : (defaultText ?? unset[variable])];
  });
  expect(stated).toEqual(declared);
});

const links = pages().flatMap(({ path, text }) =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => ({ path, target })),
);

/** The anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

test.each(links)('$path leads to $target', ({ path, target }) => {
  const [to = '', anchor] = target.split('#');
  const file = to === '' ? join(repository, path) : join(repository, dirname(path), to);
  expect(existsSync(file)).toBe(true);
  if (anchor === undefined) return;
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
  expect(headings).toContain(anchor);
});
