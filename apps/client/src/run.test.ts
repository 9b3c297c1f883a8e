import { calculator } from '@cateto/contracts';
import { catetoVersion } from '@cateto/app-kit';
import { describe, expect, test } from 'vitest';
import { runHere } from './in-memory.test-support.ts';

const formulas = Object.keys(calculator.formulas).join(', ');

describe('a wrong command line', () => {
  test('a word that is not a command is reported as an unknown formula, with the nearest and all formulas', async () => {
    const ran = await runHere(['hypotenus', '12', '13']);
    expect(ran).toMatchObject({ exitCode: 5, stdout: '', connected: [] });
    expect(ran.stderr).toBe(
      `client: no formula is called "hypotenus" (did you mean hypotenuse?); there are ${formulas}\n`,
    );
  });

  test('the suggestion for a mistyped word can be a command', async () => {
    expect((await runHere(['statsu'])).stderr).toContain('(did you mean status?)');
  });

  test('a word that resembles nothing gets no suggestion', async () => {
    const ran = await runHere(['zzz']);
    expect(ran.stderr).toBe(`client: no formula is called "zzz"; there are ${formulas}\n`);
  });

  test.each([
    ['too few operands', ['hypotenuse', '12'], "hypotenuse: missing required argument 'b'"],
    ['too many operands', ['hypotenuse', '1', '2', '3'], 'hypotenuse: too many arguments'],
    ['an unknown flag', ['hypotenuse', '1', '2', '--speed'], "hypotenuse: unknown option '--speed'"],
    [
      'a flag without its value',
      ['hypotenuse', '1', '2', '--digits'],
      "hypotenuse: option '--digits <n>' argument missing",
    ],
    [
      'too many digits',
      ['hypotenuse', '1', '2', '--digits', '18'],
      "hypotenuse: option '--digits <n>' argument '18' is invalid.",
    ],
    [
      'digits that are no number',
      ['hypotenuse', '1', '2', '--digits', '-1'],
      "hypotenuse: option '--digits <n>' argument '-1' is invalid.",
    ],
    ['a flag before the command', ['--nothing'], "client: unknown option '--nothing'"],
    ['batch without a formula', ['batch', '-'], "batch: required option '--formula <name>' not specified"],
    ['a broken request id', ['watch', '--id', '7f'], "watch: option '--id <request id>' argument '7f' is invalid."],
  ])('a wrong command line prints one line, with exit code 2: %s', async (_what, args, start) => {
    const ran = await runHere(args);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '', connected: [] });
    expect(ran.stderr.startsWith(start), ran.stderr).toBe(true);
    expect(ran.stderr.match(/\n/g)).toHaveLength(1);
  });

  test('a command line without a command shows help on stderr, with exit code 2', async () => {
    const ran = await runHere([]);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^Usage: client /);
    expect(ran.stderr).toMatch(/display help for command\n\n--catalogue <module> [^\n]+\n$/);
  });
});

test('--version prints the version with any command', async () => {
  const version = catetoVersion();
  expect(await runHere(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  expect(await runHere(['-V'])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

describe('help', () => {
  test('the help lists the formulas of the catalogue and the other commands', async () => {
    const ran = await runHere(['--help']);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '', connected: [] });
    for (const word of ['diagonal', 'hypotenuse', 'leg', 'batch', 'formulas', 'operations', 'status', 'watch']) {
      expect(ran.stdout).toMatch(new RegExp(`^  ${word} `, 'm'));
    }
  });

  test('the help of a formula has description, operands, settings and example of its contract', async () => {
    const { exitCode, stdout } = await runHere(['hypotenuse', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('The hypotenuse of a right triangle with legs a and b.');
    expect(stdout).toMatch(/^ {2}a +number$/m);
    expect(stdout).toContain('CATETO_TIMEOUT_MS');
    expect(stdout).toContain('hypotenuse 12 13 → 17.69180601295413');
  });
});
