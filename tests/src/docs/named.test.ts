import { settings } from '@cateto/contracts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commandsIn, programOf } from './commands.ts';
import { notRun } from './not-run.ts';
import { blocksOf, inlineCodeOf, pages, repository } from './pages.ts';

/* Scripts, flags, settings and files that the pages name are there. */

/** Commands in sentences, and those in blocks that are not run. */
const commands = pages().flatMap((page) => {
  const inBlocks = blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => commandsIn(text).map((command) => command.text))
    .filter((text) => notRun.some(({ command }) => command === text));
  const inSentences = inlineCodeOf(page).filter((code) => /^(?:[A-Z_]+=\S+ )*(?:pnpm|npx|cateto) \S/.test(code));
  // What stands in brackets may be left out.
  return [...inBlocks, ...inSentences].map((text) => ({ page: page.path, text: text.replaceAll(/[[\]]/g, '') }));
});

/** Programs without a --help; a flag is looked for in their source. */
const sources: Readonly<Record<string, string>> = {
  'pnpm fuzz': 'tests/src/hostile/fuzz.ts',
  'pnpm release': 'scripts/release.mjs',
};

const helps = new Map<string, Promise<string>>();

/** What a program says of its flags. */
function helpOf(text: string): Promise<string> {
  const source = Object.entries(sources).find(([command]) => text.startsWith(command))?.[1];
  if (source !== undefined) return Promise.resolve(readFileSync(join(repository, source), 'utf8'));
  const program = programOf(text);
  if (program === undefined) throw new Error(`"${text}" is no program of this workspace`);
  // The client's flags are those of a command; the binary's of a program and, for the client, of a command.
  const before = program.args.split(/(?:^| )-/, 1)[0] ?? '';
  const named = before.split(' ').slice(0, /^client /.test(before) ? 2 : 1);
  const start = program.start.split(' && ').at(-1) ?? '';
  const command = `exec ${start} ${named.join(' ')} --help`;
  const key = `${program.folder} ${command}`;
  const known = helps.get(key) ?? outputOf(command, program.folder);
  helps.set(key, known);
  return known;
}

async function outputOf(command: string, folder: string): Promise<string> {
  const child = spawn('bash', ['-c', command], { cwd: join(repository, folder), stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await once(child, 'close');
  return out;
}

test.each(commands)('$page: $text', async ({ text }) => {
  // A script that is not there throws.
  const program = programOf(text);
  const flags = [...(program?.args ?? '').matchAll(/(?:^| )(--[a-z][\w-]*)/g)].map(([, flag = '']) => flag);
  for (const flag of flags.filter((one) => one !== '--help')) {
    const help = await helpOf(text);
    const name = help.startsWith('Usage') ? flag : flag.slice(2);
    expect(help).toMatch(new RegExp(`(?<![\\w-])(?:--)?${name}(?![\\w-])`));
  }
});

test('the settings in the table are the settings there are', () => {
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
    return [variable, flag.split(' ', 1)[0], switched ? '' : (defaultText ?? 'pretty on a terminal, else json')];
  });
  expect(stated).toEqual(declared);
});

const links = pages().flatMap(({ path, text }) =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => ({ path, target })),
);

/** The anchor that a heading gets. */
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
