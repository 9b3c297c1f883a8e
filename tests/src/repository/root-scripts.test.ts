import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const pnpm = fileURLToPath(new URL('../../../node_modules/.bin/pnpm', import.meta.url));
const root = new URL('../../../package.json', import.meta.url);

test('no root script bears the name or alias of a pnpm command: it would never be run', () => {
  const { scripts } = JSON.parse(readFileSync(root, 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
  const { stdout } = spawnSync(pnpm, ['--help'], { encoding: 'utf8' });
  // Lines such as `  update   Update packages … [aliases: up, upgrade]`.
  const commands = [...stdout.matchAll(/^ {2}([a-z][\w-]*) {2,}.*?(?:\[alias(?:es)?: ([^\]]+)\])?$/gm)].flatMap(
    ([, name = '', aliases]) => [name, ...(aliases?.split(', ') ?? [])],
  );
  expect(commands).toEqual(expect.arrayContaining(['update', 'up', 'install']));
  // pnpm's own two names for running the script.
  const meant = new Set(['test', 'start']);
  expect(Object.keys(scripts).filter((name) => commands.includes(name) && !meant.has(name))).toEqual([]);
});
