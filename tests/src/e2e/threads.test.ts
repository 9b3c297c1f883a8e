import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';
import { system } from '../support/system.ts';

const program = bundled(new URL('../support/threaded-program.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly said: string;
}

function run(how: string, brokers: string): Promise<Ended> {
  const child = spawn(process.execPath, [program, how, brokers], { stdio: ['ignore', 'pipe', 'pipe'] });
  const wrote = { out: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => (wrote.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (wrote.said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...wrote }));
  });
}

test.each([
  ['is terminated', 'terminate', 1, ''],
  ['calls process.exit()', 'exit', 3, ''],
  ['throws', 'throw', 1, 'thrown in a thread'],
  ['closes what it opened', 'close', 0, ''],
])(
  'a thread with a service and a client that %s ends alone, and the main thread continues to serve',
  async (_, how, code, thrown) => {
    const { brokers } = await system({ initially: ['broker'] });
    const { out, ...ended } = await run(how, brokers);
    expect(ended).toEqual({ code: 0, signal: null, said: '' });
    expect(JSON.parse(out)).toEqual({ code, thrown, before: 1, after: 2 });
  },
);
