import { describe, expect, test } from 'vitest';
import type { Cluster } from '@cateto/cluster';
import type { Load } from '@cateto/verification/support/load.ts';
import { startLoad } from '@cateto/verification/support/load.ts';
import { clientOf, settled, system } from '../support/system.ts';

describe('two of everything', () => {
  test('killing one of two calc-servers and one of two op-servers of a lane loses nothing and needs no fallback', async () => {
    const { cluster, load } = await loadedSystem();
    await cluster.kill('op-server-1', 'SIGKILL');
    await load.answered(400);
    await cluster.kill('calc-server-1', 'SIGKILL');
    await load.answered(400);
    const account = await load.stop();
    expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, answered: account.asked, fellBack: 0 });
  });

  test('servers that drain under load answer their requests and lose nothing', async () => {
    const { cluster, load } = await loadedSystem();
    for (const name of ['op-server-9', 'calc-server-2']) {
      const leaving = cluster.get(name);
      leaving.kill('SIGTERM');
      expect(await leaving.ended).toBe(0);
      expect(leaving.events.map(({ event }) => event)).toEqual(expect.arrayContaining(['draining', 'stopped']));
      await load.answered(200);
    }
    const account = await load.stop();
    expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, answered: account.asked });
  });
});

/**
 * A system with two of everything that answers a load. Op-servers 1 and 9 serve lane 1, 2 and 10 lane 2, 3 and 11
 * lane 3.
 */
async function loadedSystem(): Promise<{ cluster: Cluster; load: Load }> {
  const cluster = await system({ opServers: 16, calcServers: 2, initially: [] });
  const names = [
    'broker',
    'backup',
    'calc-server-1',
    'calc-server-2',
    ...[1, 9, 2, 10, 3, 11].map((n) => `op-server-${n}`),
  ];
  for (const name of names) cluster.start(name);
  const client = await clientOf(cluster);
  await cluster.ready();
  await settled(client);
  const load = startLoad(client, 400);
  await load.answered(400);
  return { cluster, load };
}
