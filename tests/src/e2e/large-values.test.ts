import { limits } from '@cateto/contracts';
import { startProcess } from '@cateto/cluster';
import { connect } from '@cateto/sdk';
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';
import { brokerPair, next } from '../support/brokers.ts';
import { mirrors } from '../support/mirror.ts';
import { system } from '../support/system.ts';

const program = bundled(new URL('../support/mirror-server.ts', import.meta.url));

/** Logs at the end of a process how often V8 has collected all its garbage. */
const collectionsCounted = `data:text/javascript,${encodeURIComponent(`
  import { constants, PerformanceObserver } from 'node:perf_hooks';
  let count = 0;
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) count += 1;
  }).observe({ entryTypes: ['gc'] });
  process.on('exit', () => console.error(JSON.stringify({ event: 'collected', count })));
`)}`;

/** Two brokers, of which the primary is active, a server that returns what it gets, and a client. */
async function setUp() {
  const cluster = await system({ initially: ['broker', 'backup'] });
  const { brokers } = cluster;
  const server = startProcess({
    name: 'mirror-server',
    cwd: '.',
    args: ['--import', collectionsCounted, program, '--brokers', brokers, '--log', 'json'],
  });
  onTestFinished(() => server.kill('SIGKILL'));
  await server.waitFor('ready');
  const client = await connect({ catalogue: mirrors, brokers, timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  return { cluster, client, server };
}

const filled = (size: number, seed: number): Uint8Array => new Uint8Array(size).map((_, at) => (at * seed) >> 8);

test('values of 4 MiB arrive and return unchanged', async () => {
  const { client } = await setUp();
  const given = filled(limits.bytesMax, 7);
  const { value } = await client.mirror(given);
  expect(Buffer.compare(value, given)).toBe(0);
});

test('large values are answered when the broker is killed while they are on their way', async () => {
  const { client, cluster } = await setUp();
  const given = Array.from({ length: 6 }, (_, index) => filled(limits.bytesMax - index, index + 3));
  const { active, standby } = await brokerPair(cluster);
  const takeover = next(standby, 'active');
  const answers = given.map((data) => client.mirror(data));
  await Promise.race(answers);
  active.kill('SIGKILL');
  await takeover;
  for (const [index, { value }] of (await Promise.all(answers)).entries()) {
    expect(Buffer.compare(value, given[index] as Uint8Array)).toBe(0);
  }
});

test('a server collects all its garbage far less often than once for each large value', async () => {
  const { client, server } = await setUp();
  const values = 96;
  for (let done = 0; done < values; done += 8) {
    await Promise.all(Array.from({ length: 8 }, () => client.mirror(new Uint8Array(1_048_576).fill(done))));
  }
  server.kill('SIGTERM');
  expect((await server.waitFor('collected'))['count']).toBeLessThan(values / 3);
});
