import { expect, test } from 'vitest';
import { startLoad } from '@cateto/verification/support/load.ts';
import { bundled } from '../../../vitest.programs.ts';
import { serverOf, slowClientOf } from '../support/slow-servers.ts';
import { clientOf, settled, system } from '../support/system.ts';

const blockingServer = bundled(new URL('../support/blocking-server.ts', import.meta.url));

test('a handler that blocks for 500 ms does not stall servers beside it', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  await serverOf(blockingServer, cluster.brokers, '500');
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

test('a server with too much work gets only as much as it can take, and every request is answered', async () => {
  const { brokers } = await system({ initially: ['broker', 'backup'] });
  await serverOf(blockingServer, brokers, '20');
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
