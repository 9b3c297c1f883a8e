import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { startLoad } from '@cateto/verification/support/load.ts';
import { fatalInput } from '@cateto/verification/support/slow-catalogue.ts';
import { bundled } from '../../../vitest.programs.ts';
import { exitInput } from '../support/slow-handlers.ts';
import { serverOf, slowClientOf } from '../support/slow-servers.ts';
import { clientOf, settled, system } from '../support/system.ts';

const fatalServer = bundled(new URL('../support/fatal-server.ts', import.meta.url));
// A bundle cannot start threads.
const moduleServer = fileURLToPath(new URL('../support/module-server.ts', import.meta.url));

test('op-servers with handlers in threads answer like others, and drain', async () => {
  const cluster = await system({ environment: { CATETO_WORKERS: '2' } });
  const client = await clientOf(cluster);
  await settled(client);
  const load = startLoad(client, 200);
  await load.answered(200);
  await cluster.kill('op-server-1', 'SIGTERM');
  expect(await cluster.get('op-server-1').ended).toBe(0);
  await load.answered(100);
  expect(await load.stop()).toMatchObject({ wrong: 0, twice: 0, failed: {} });
});

test('a handler of a module moves to a thread after it has blocked, and returns when it blocks no more', async () => {
  const { brokers } = await system({ initially: ['broker', 'backup'] });
  await serverOf(moduleServer, brokers, 'calc');
  const op = await serverOf(moduleServer, brokers, 'op');
  const client = await slowClientOf(brokers);
  expect((await client.patience(0)).value).toBe(0);
  expect((await client.patience(-80)).value).toBe(0);
  // A busy machine may interrupt the first run for most of its time. Then the second one moves the handler.
  const second = (await client.patience(-80)).value;
  expect(second === 0 ? (await client.patience(-80)).value : second).toBeGreaterThan(0);
  await op.waitFor('handler-moved', ({ to }) => to === 'threads');
  await vi.waitUntil(async () => (await client.patience(0)).value === 0, { timeout: 60_000 });
  await op.waitFor('handler-moved', ({ to }) => to === 'loop');
});

test('with a number of threads every handler runs in one, and a handler that ends its thread ends nothing else', async () => {
  const { brokers } = await system({ initially: ['broker', 'backup'] });
  await serverOf(moduleServer, brokers, 'calc');
  await serverOf(moduleServer, brokers, 'op', '--workers', '1');
  const client = await slowClientOf(brokers);
  const first = (await client.patience(0)).value;
  expect(first).toBeGreaterThan(0);
  await expect(client.patience(exitInput)).rejects.toMatchObject({ code: 'internal' });
  expect((await client.patience(0)).value).toBeGreaterThan(first);
});

test('a call that has ended three op-servers is computed by a calc-server in a thread, and nowhere else', async () => {
  const { brokers } = await system({ initially: ['broker', 'backup'] });
  const calc = await serverOf(moduleServer, brokers, 'calc');
  await Promise.all(Array.from({ length: 6 }, () => serverOf(fatalServer, brokers, 'op')));
  const client = await slowClientOf(brokers);
  await client.patience(1);
  expect(await client.patience(fatalInput)).toMatchObject({ value: fatalInput, fallbacks: [1] });
  await calc.waitFor('fallback', ({ cause }) => cause === 'server-lost');
  expect((await client.patience(2)).value).toBe(2);
});
