import { freeBrokers } from '@cateto/cluster';
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';

const program = bundled(new URL('../support/few-handles-program.ts', import.meta.url));

test('with any number of free file handles, a server or a broker opens completely, or is refused and leaves nothing open', async () => {
  const command = [process.execPath, program, await freeBrokers(), '30'];
  const child = spawn('sh', ['-c', 'ulimit -n 250 && exec "$@"', 'sh', ...command]);
  const wrote = { out: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => (wrote.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (wrote.said += chunk.toString()));
  const ended = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  expect(wrote.said).toBe('');
  expect(ended).toBe(0);
  const outcomes = wrote.out.trim().split('\n');
  expect(outcomes).toHaveLength(62);
  for (const what of ['server', 'broker']) {
    expect(outcomes.find((outcome) => outcome.startsWith(what))).toBe(`${what}: EMFILE`);
    expect(outcomes.findLast((outcome) => outcome.startsWith(what))).toBe(`${what}: opened`);
  }
  expect(new Set(outcomes.map((outcome) => outcome.split(': ')[1]))).toEqual(new Set(['EMFILE', 'opened']));
});
