import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

/** Runs the client with a stream that cannot be written, because it is open for reading only. */
function runWithout(stream: 'stdout' | 'stderr', ...args: string[]) {
  const deaf = openSync(main, 'r');
  const [stdout, stderr] = stream === 'stdout' ? ([deaf, 'pipe'] as const) : (['pipe', deaf] as const);
  const ended = spawnSync(process.execPath, ['--conditions=@cateto/source', '--import', 'tsx', main, ...args], {
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
