import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';
import { programs } from './programs.ts';

/* Tests of the programs are beside their code. Tests of the built binary are in tests/src/published. */

const main = bundled(new URL('main.ts', import.meta.url));

async function cateto(...given: string[]) {
  const child = spawn(process.execPath, [main, ...given], {
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

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

test.concurrent.each([
  ['--version'],
  ['-V'],
  ['client', '-V'],
  ...Object.keys(programs).map((name) => [name, '--version']),
])('%j %j prints the version of the package', async (...given) => {
  expect(await cateto(...given)).toEqual({ code: 0, out: `${version}\n`, said: '' });
});

test.concurrent.each([
  [['-h'], ['--help']],
  [['help'], ['--help']],
  [
    ['help', 'broker'],
    ['broker', '--help'],
  ],
  [
    ['broker', '-h'],
    ['broker', '--help'],
  ],
  [
    ['help', 'client'],
    ['client', '--help'],
  ],
  [
    ['client', 'help', 'batch'],
    ['client', 'batch', '--help'],
  ],
  [
    ['help', 'client', 'batch'],
    ['client', 'batch', '--help'],
  ],
])('%j prints what %j prints', async (given, same) => {
  const [one, other] = await Promise.all([cateto(...given), cateto(...same)]);
  expect(one).toEqual(other);
  expect(one).toMatchObject({ code: 0, said: '' });
});

test.concurrent('an example in help is what a person types', async () => {
  expect((await cateto('client', 'hypotenuse', '--help')).out).toContain('  cateto client hypotenuse 12 13 → 17.69');
});

test.concurrent('a mistake in a program names the program as it was typed', async () => {
  const { code, said } = await cateto('op-server', '--lanes', '9');
  expect([code, said]).toEqual([2, 'cateto op-server: --lanes: "9" is not a lane from 1 to 8\n']);
  expect((await cateto('cluster', '--sise', '3')).said).toBe("cateto cluster: unknown option '--sise'\n");
  expect((await cateto('client', 'hypotenus')).said).toMatch(/^cateto client: no formula is called "hypotenus" /);
});

test.concurrent.each([
  [[], 'no program is named'],
  [['clint'], '"clint" is not one of its programs (did you mean client?)'],
  [['help', 'brocker'], '"brocker" is not one of its programs (did you mean broker?)'],
  [['toString'], '"toString" is not one of its programs'],
])('the command line %j prints one line and ends with exit code 2', async (given, problem) => {
  expect(await cateto(...given)).toEqual({
    code: 2,
    out: '',
    said: `cateto: ${problem}: broker, backup, op-server, calc-server, cluster, console, client, contracts, key, init, completion; or --help\n`,
  });
});
