import type { Cluster } from '@cateto/cluster';
import { freeBrokers, startCluster } from '@cateto/cluster';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTraffic } from '../support/traffic.ts';

/* Programs that cannot write their output, because the reader has gone or there is no room. */

const main = fileURLToPath(new URL('../../../packages/cateto/dist/main.js', import.meta.url));

let cluster: Cluster;
let traffic: Awaited<ReturnType<typeof openTraffic>>;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cateto-output-'));
  cluster = await startCluster();
  await cluster.ready();
  traffic = await openTraffic(cluster.brokers);
});

afterAll(async () => {
  await traffic.close();
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

let pipes = 0;

/** A pipe whose reader has gone, as behind `| head -0`. Each has a file of its own: a second one would lend it its reader. */
function unreadPipe(): number {
  const path = join(folder, `pipe-${pipes++}`);
  execFileSync('mkfifo', [path]);
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  closeSync(read);
  return write;
}

async function cateto(stdout: number, given: string) {
  const child = spawn(process.execPath, [main, ...given.split(' ')], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  closeSync(stdout);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

const alone = [
  '--help',
  'broker --version',
  'cluster --help',
  'completion zsh',
  'client --help',
  'client formulas --json',
];
const asked = ['client hypotenuse 3 4', 'client hypotenuse 3 4 --json', 'client status', 'client watch --json'];

describe('a reader that has gone ends a program quietly with 141', () => {
  test.concurrent.each(alone)('cateto %s ends quietly with 141 when its reader has gone', async (given) => {
    expect(await cateto(unreadPipe(), given)).toEqual({ code: 141, said: '' });
  });

  test.concurrent.each(asked)('cateto %s ends quietly with 141 when its reader has gone', async (given) => {
    expect(await cateto(unreadPipe(), `${given} --brokers ${cluster.brokers}`)).toEqual({ code: 141, said: '' });
  });

  test('a cluster whose reader has gone stops its processes, then ends with 141', async () => {
    const { code, said } = await cateto(unreadPipe(), `cluster --brokers ${await freeBrokers()}`);
    expect(code).toBe(141);
    expect(said).toMatch(/"event":"stopped","process":"broker"\}$/m);
  });
});

describe('output without room is one line and exit code 1', () => {
  const full = (): number => openSync('/dev/full', 'w');
  const line = /^cateto(?: [\w-]+)?: cannot write to stdout: the disk is full\n$/;

  test.concurrent.each(alone)(
    'cateto %s without room for its output prints one line and ends with 1',
    async (given) => {
      const { code, said } = await cateto(full(), given);
      expect([code, said]).toEqual([1, expect.stringMatching(line)]);
    },
  );

  test.concurrent.each(asked)(
    'cateto %s without room for its output prints one line and ends with 1',
    async (given) => {
      const { code, said } = await cateto(full(), `${given} --brokers ${cluster.brokers}`);
      expect([code, said]).toEqual([1, expect.stringMatching(line)]);
    },
  );

  test('a cluster that cannot write its output stops its processes, then ends with 1', async () => {
    const { code, said } = await cateto(full(), `cluster --brokers ${await freeBrokers()}`);
    expect(code).toBe(1);
    expect(said).toMatch(/^cateto cluster: cannot write to stdout: the disk is full$/m);
    expect(said).toMatch(/"event":"stopped","process":"broker"\}$/m);
  });
});
