import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { programs } from './programs.ts';

/* What runs behind each name is tested beside its code, and the built binary in tests/src/published. */

const main = fileURLToPath(new URL('main.ts', import.meta.url));

async function cateto(...given: string[]) {
  const child = spawn(process.execPath, ['--conditions=@cateto/source', '--import', 'tsx', main, ...given], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { out: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...written };
}

test.concurrent.each(Object.keys(programs))('cateto %s runs that program, which says what was typed', async (name) => {
  const { code, out } = await cateto(name, '--help');
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^Usage: cateto ${name} \\[options\\]`));
});

test.concurrent('a program gets its own arguments and keeps its own exit codes', async () => {
  expect(await cateto('client', 'hypotenuse', 'twelve', '13')).toEqual({
    code: 5,
    out: '',
    said: 'hypotenuse: operand a: "twelve" is not a number\n',
  });
});

test.concurrent('--help lists every program', async () => {
  const { code, out } = await cateto('--help');
  expect(code).toBe(0);
  for (const [name, { about }] of Object.entries(programs))
    expect(out).toMatch(new RegExp(`^ {2}${name} +${about}$`, 'm'));
});

test.concurrent('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await cateto('--version')).toEqual({ code: 0, out: `${version}\n`, said: '' });
});

test.concurrent.each([
  [[], 'no program is named'],
  [['clint'], '"clint" is none of its programs'],
  [['toString'], '"toString" is none of its programs'],
])('%j is one line and exit code 2', async (given, problem) => {
  expect(await cateto(...given)).toEqual({
    code: 2,
    out: '',
    said: `cateto: ${problem}: broker, backup, op-server, calc-server, cluster, client; or --help\n`,
  });
});
