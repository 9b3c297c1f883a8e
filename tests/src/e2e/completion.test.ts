import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';
import { atTerminal } from '../support/terminal.ts';

/* The effect of Tab in a real shell at a terminal. */

const main = fileURLToPath(new URL('../../../packages/cateto/dist/main.js', import.meta.url));

function completion(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'completion', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cateto-completion-'));
  writeFileSync(join(folder, 'legs of Bilbao.csv'), '');
});

afterAll(() => rmSync(folder, { recursive: true }));

const module = bundled(new URL('../support/pricing.ts', import.meta.url));

const shells = {
  bash: { command: 'bash --norc --noprofile -i', before: "set -o emacs; bind 'set enable-bracketed-paste off';" },
  zsh: { command: 'zsh -f -i', before: 'bindkey -e; autoload -Uz compinit; compinit -D -u;' },
} as const;

const present = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
// In CI, a missing shell fails the test.
const tested = (Object.keys(shells) as (keyof typeof shells)[]).filter(
  (shell) => process.env['CI'] !== undefined || present(shell),
);

describe.each(tested)('%s', (shell) => {
  const { command, before } = shells[shell];
  let file = '';
  let ownFile = '';

  function scriptFile(name: string, ...args: string[]): string {
    const { status, stdout, stderr } = completion(shell, ...args);
    expect([status, stderr]).toEqual([0, '']);
    const path = join(folder, name);
    writeFileSync(path, stdout);
    return path;
  }

  beforeAll(() => {
    file = scriptFile(`completion.${shell}`);
    ownFile = scriptFile(`own-completion.${shell}`, '--catalogue', module);
  });

  /** The command line after this text was typed, with a Tab at its end. */
  async function completed(typed: string, script = file): Promise<string> {
    const terminal = atTerminal(command, { ...process.env, TERM: 'xterm', HISTFILE: '', PS1: '> ' });
    onTestFinished(() => terminal.hangUp());
    terminal.type(`cd ${folder}; ${before} source ${script}; PS1='re''ady> '\n`);
    await terminal.wrote(/ready> /);
    // Ctrl-A goes to the start of the line.
    terminal.type(`${typed}\t\u0001printf '<%s>' LINE \n`);
    const written = await terminal.wrote(/<LINE>.*ready> /s);
    return /<LINE>((?:<[^>]*>)*)/.exec(written)?.[1] ?? '';
  }

  test.each([
    ['the name of a program', 'cateto cli', '<cateto><client>'],
    ['a formula, which is a command of the client', 'cateto client hy', '<cateto><client><hypotenuse>'],
    ['a flag', 'cateto client hypotenuse 3 4 --ti', '<cateto><client><hypotenuse><3><4><--timeout>'],
    [
      'a flag after a flag with a value',
      'cateto op-server --lanes 1 --op',
      '<cateto><op-server><--lanes><1><--operations>',
    ],
    ['a value of a flag', 'cateto broker --log-level d', '<cateto><broker><--log-level><debug>'],
    ['a formula as a value', 'cateto client batch --formula dia', '<cateto><client><batch><--formula><diagonal>'],
    ['a file, quoted', 'cateto client batch le', '<cateto><client><batch><legs of Bilbao.csv>'],
    ['a file as a value', 'cateto client batch - --out le', '<cateto><client><batch><-><--out><legs of Bilbao.csv>'],
    ['a program for help', 'cateto help bro', '<cateto><help><broker>'],
    ['no file where none is possible', 'cateto client leg le', '<cateto><client><leg><le>'],
  ])('Tab completes %s', async (_what, typed, line) => {
    expect(await completed(typed)).toBe(line);
  });

  test.each([
    ['a formula', 'cateto client spr', '<cateto><client><spread>'],
    ['an exposed operation', 'cateto client pri', '<cateto><client><price>'],
    ['a formula as a value', 'cateto client batch --formula sp', '<cateto><client><batch><--formula><spread>'],
    ['no formula of the calculator', 'cateto client hy', '<cateto><client><hy>'],
  ])('with a catalogue of its own, Tab completes %s', async (_what, typed, line) => {
    expect(await completed(typed, ownFile)).toBe(line);
  });
});

test('a catalogue that cannot be loaded gives one line, exit code 2 and no script', () => {
  const { status, stdout, stderr } = completion('bash', '--catalogue', './nothing.js');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^cateto client: catalogue \.\/nothing\.js: there is no file [^\n]*\n$/);
});

test('an unknown shell gives one line and exit code 2', () => {
  const { status, stdout, stderr } = completion('fish');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^cateto completion: [^\n]*It is bash or zsh\.\n$/);
});
