import { freeBrokers } from '@cateto/cluster';
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';
import { system } from '../support/system.ts';

const program = bundled(new URL('../support/early-end-program.ts', import.meta.url));

/** Runs the program and ends it with SIGTERM as soon as it has printed something. */
async function endedAfter(line: string, brokers: string): Promise<{ code: unknown; out: string; said: string }> {
  const child = spawn(process.execPath, [program, brokers]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const wrote = { out: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    wrote.out += chunk.toString();
    if (wrote.out.endsWith(`${line}\n`)) child.kill('SIGTERM');
  });
  child.stderr.on('data', (chunk: Buffer) => (wrote.said += chunk.toString()));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve(signal ?? exitCode));
  });
  return { code, ...wrote };
}

test('a server that ends before there is a broker learns that it never listened, and exits with 0', async () => {
  const { code, out, said } = await endedAfter('waiting', await freeBrokers());
  expect({ code, said }).toEqual({ code: 0, said: '' });
  expect(out.trim().split('\n').toSorted()).toEqual(['0 timers left', 'ready: false', 'waiting']);
});

test('a server that ends while it listens leaves nothing that keeps its process alive', async () => {
  const { brokers } = await system({ initially: ['broker'] });
  const { code, out, said } = await endedAfter('ready: true', brokers);
  expect({ code, said }).toEqual({ code: 0, said: '' });
  expect(out).toBe('waiting\nready: true\n0 timers left\n');
});
