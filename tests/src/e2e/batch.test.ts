import type { Cluster } from '@cateto/cluster';
import { appCommand, startCluster } from '@cateto/cluster';
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runApp } from '../support/run-app.ts';

/* Batches that are killed, and batches that use the same file, as processes. The rest is tested beside the code. */

let cluster: Cluster;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-'));
  cluster = await startCluster();
  await cluster.ready();
});

afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true });
});

const patient = { timeout: 60_000 };
const rows = Array.from({ length: 3_000 }, (_, index) => `${3 * index},${4 * index}`);
const done = `a,b,value,error\n${rows.map((row, index) => `${row},${5 * index},\n`).join('')}`;

/** On a busy machine, op-servers may take longer than the calc-server waits for them. */
const fallbacks = '(, [0-9]+ of this run with an operation computed by the calc-server)?';
const resumed = new RegExp(
  `^batch: 3000 rows, 1500 of them done before, 0 failed${fallbacks}, in [0-9][a-z0-9. ]+\\n$`,
);

function argumentsFor(input: string, out: string): string[] {
  return ['batch', input, '--formula', 'hypotenuse', '--out', out, '--brokers', cluster.brokers];
}

/** Starts a batch that gets rows and no end of input. */
function begin(out: string, more: readonly string[]): ChildProcessByStdio<Writable, null, null> {
  const { cwd, args } = appCommand('client', true);
  const child = spawn(process.execPath, [...args, ...argumentsFor('-', out), ...more], {
    cwd,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  // A refused batch reads nothing.
  child.stdin.on('error', () => undefined);
  child.stdin.write('a,b\n');
  return child;
}

async function rowsIn(file: string): Promise<number> {
  return existsSync(file) ? (await readFile(file, 'utf8')).split('\n').length - 2 : 0;
}

test('a batch that is killed three times loses no row and computes none twice', { timeout: 240_000 }, async () => {
  const input = join(folder, 'legs.csv');
  const out = join(folder, 'killed.csv');
  await writeFile(input, `a,b\n${rows.join('\n')}\n`);
  await writeFile(out, 'old\n');
  let before = 0;
  for (const enough of [500, 1_000, 1_500]) {
    const child = begin(out, before === 0 ? [] : ['--resume']);
    child.stdin.write(`${rows.slice(0, enough).join('\n')}\n`);
    await expect.poll(() => rowsIn(`${out}.partial`), patient).toBe(enough);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await readFile(out, 'utf8')).toBe('old\n');
    before = enough;
  }
  expect(await runApp('client', [...argumentsFor(input, out), '--resume'])).toMatchObject({
    code: 0,
    said: expect.stringMatching(resumed),
  });
  expect(await readFile(out, 'utf8')).toBe(done);
  expect((await readdir(folder)).filter((name) => name.startsWith('killed.csv'))).toEqual(['killed.csv']);
});

test(
  'of many batches on one file whose last writer was killed, exactly one continues',
  { timeout: 240_000 },
  async () => {
    const out = join(folder, 'shared.csv');
    const killed = begin(out, []);
    await expect.poll(() => existsSync(`${out}.lock`), patient).toBe(true);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const takers = Array.from({ length: 4 }, () => begin(out, ['--resume']));
    const codes = takers.map(async (taker) => ((await once(taker, 'exit')) as [number | null])[0]);
    let refused = 0;
    for (const code of codes) void code.then((ended) => (refused += ended === 2 ? 1 : 0));
    // The batch that has the lock waits for rows.
    await expect.poll(() => refused, patient).toBe(3);
    for (const taker of takers) {
      // The refused batches read no more.
      taker.stdin.on('error', () => undefined);
      if (taker.exitCode === null) taker.stdin.end(`${rows.join('\n')}\n`);
    }
    expect((await Promise.all(codes)).filter((code) => code === 0)).toHaveLength(1);
    expect(await readFile(out, 'utf8')).toBe(done);
  },
);
