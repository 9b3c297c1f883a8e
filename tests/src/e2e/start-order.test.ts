import { describe, expect, test } from 'vitest';
import { clientOf, system } from '../support/system.ts';

describe('any start order works', () => {
  test('a request is answered when the client starts first, then servers, then the backup, and the primary last', async () => {
    const cluster = await system({ initially: [] });
    const client = await clientOf(cluster, 30_000);
    const asked = client.hypotenuse(12, 13);
    cluster.start('op-server-1');
    cluster.start('calc-server');
    cluster.start('op-server-2');
    const backup = cluster.start('backup');
    // The backup has never heard the primary, considers it lost, and becomes active alone.
    await backup.waitFor('active');
    expect((await asked).value).toBe(17.69180601295413);
    const primary = cluster.start('broker');
    await primary.waitFor('standby');
    expect((await client.hypotenuse(3, 4)).value).toBe(5);
    await cluster.kill('backup', 'SIGKILL');
    await primary.waitFor('active');
    expect((await client.hypotenuse(5, 12)).value).toBe(13);
  });

  test('a request sent before any other process runs is answered as soon as they run', async () => {
    const cluster = await system({ initially: ['broker', 'backup'] });
    const client = await clientOf(cluster, 30_000);
    await cluster.ready();
    const asked = client.hypotenuse(12, 13);
    cluster.start('calc-server');
    expect(await asked).toMatchObject({ value: 17.69180601295413, fallbacks: [1, 2] });
  });
});
