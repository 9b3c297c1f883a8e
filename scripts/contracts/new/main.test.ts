import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/*
 * Tests of refusals, which write nothing in this repository. Tests of what is written run in a copy, with all following
 * steps.
 */

const main = fileURLToPath(new URL('main.ts', import.meta.url));

function run(...words: readonly string[]): Promise<{ code: number | null; out: string; said: string }> {
  const child = spawn(process.execPath, ['--conditions=@cateto/source', '--import', 'tsx', main, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.said += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...texts })));
}

test.concurrent.each([
  [
    ['operation', 'square'],
    'new:operation: operation "square": the name is taken by packages/contracts/src/calculator',
  ],
  [['operation'], 'new:operation: usage: pnpm new:operation <name>\n'],
  [['formula', 'mean', '--operands', 'a,a'], 'new:formula: formula "mean": two operands of one name'],
  [['operation', 'cube', '--operands', 'a'], "new:operation: unknown option '--operands'\n"],
])('the arguments %j are refused in one line, with exit code 2', async (words, start) => {
  const { code, out, said } = await run(...words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(said.startsWith(start), said).toBe(true);
  expect(said.trimEnd()).not.toContain('\n');
});
