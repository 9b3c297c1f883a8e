import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';

const main = bundled(new URL('main.ts', import.meta.url));

/** Runs the client with a stream that cannot be written, because it is open for reading only. */
function runWithout(stream: 'stdout' | 'stderr', ...args: string[]) {
  const deaf = openSync(main, 'r');
  const [stdout, stderr] = stream === 'stdout' ? ([deaf, 'pipe'] as const) : (['pipe', deaf] as const);
  const ended = spawnSync(process.execPath, [main, ...args], {
    stdio: ['ignore', stdout, stderr],
    encoding: 'utf8',
  });
  closeSync(deaf);
  return ended;
}

test('a stdout that cannot be written prints one line, with exit code 1', () => {
  const { status, stderr } = runWithout('stdout', 'formulas');
  expect(stderr).toMatch(/^client: cannot write to stdout: .+\n$/);
  expect(status).toBe(1);
});

test('a stderr that cannot be written does not change the exit code', () => {
  expect(runWithout('stderr', 'hypotenuse', 'twelve', '13').status).toBe(5);
});

/** A catalogue whose module keeps its process alive. It writes a line when the command has ended. */
const busyModule = `
import { calculator } from '${import.meta.resolve('@cateto/contracts')}';
export const catalogue = calculator;
let told = false;
setInterval(() => {
  if (told || process.exitCode === undefined) return;
  told = true;
  process.stderr.write('ended\\n');
}, 5);
`;

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends a command that is over, although a handle is open',
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'cateto-busy-'));
    const module = join(folder, 'busy.mjs');
    writeFileSync(module, busyModule);
    // The module of the catalogue imports sources.
    const program = ['--conditions=@cateto/source', '--import', 'tsx', main];
    const child = spawn(process.execPath, [...program, 'formulas', '--catalogue', module], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    });
    const [said] = (await once(child.stderr, 'data')) as [Buffer];
    expect(String(said)).toBe('ended\n');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([null, signal]);
  },
);
