import { expect, test } from 'vitest';
import { startLoad } from '../support/load.ts';
import { clientOf, settled, system } from '../support/system.ts';

test('op-servers whose handlers run in worker threads answer like any other, and end in order', async () => {
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
