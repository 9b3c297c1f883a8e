import type { AppProcess } from '@cateto/cluster';
import { startProcess } from '@cateto/cluster';
import type { Client } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startLoad } from '../support/load.ts';
import { slowCatalogue } from '../support/slow-catalogue.ts';
import { clientOf, settled, system } from '../support/system.ts';

const folder = fileURLToPath(new URL('../..', import.meta.url));

/** A listening server whose handler blocks its thread for so long. */
async function blockingServer(brokers: string, takesMs: number): Promise<AppProcess> {
  const program = ['--conditions=@cateto/source', '--import', 'tsx', 'src/support/blocking-server.ts'];
  const args = [...program, String(takesMs), '--brokers', brokers, '--log', 'json'];
  const server = startProcess({ name: 'blocking-server', cwd: folder, args });
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await server.ended;
  });
  await server.waitFor('ready');
  return server;
}

async function slowClientOf(brokers: string): Promise<Client<typeof slowCatalogue>> {
  const client = await connect({ catalogue: slowCatalogue, brokers, timeoutMs: 30_000 });
  onTestFinished(() => client.close());
  return client;
}

test('a handler that blocks for 500 ms does not stall servers beside it', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  await blockingServer(cluster.brokers, 500);
  const slowClient = await slowClientOf(cluster.brokers);
  await slowClient.patience(0);
  await settled(client);
  let blocked = true;
  const blocking = Promise.allSettled([1, 2, 3, 4].map((value) => slowClient.patience(value)));
  void blocking.then(() => {
    blocked = false;
  });
  const load = startLoad(client, 200);
  await load.answered(50);
  expect(blocked).toBe(true);
  await blocking;
  expect(await load.stop()).toMatchObject({ wrong: 0, failed: {}, fellBack: 0 });
});

test('a server with more work than it can do is sent what it can take, and everything is answered', async () => {
  const { brokers } = await system({ initially: ['broker', 'backup'] });
  await blockingServer(brokers, 20);
  const client = await slowClientOf(brokers);
  await client.patience(0);
  const values = Array.from({ length: 60 }, (_, value) => value);

  /** Sends one more request with every answer that arrives. */
  async function askAndMore(value: number): Promise<number> {
    const answer = await client.patience(value);
    await client.patience(-1);
    return answer.value;
  }

  expect(await Promise.all(values.map(askAndMore))).toEqual(values);
  expect((await client.patience(5)).value).toBe(5);
});
