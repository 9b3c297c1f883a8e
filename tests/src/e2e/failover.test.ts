import { describe, expect, test } from 'vitest';
import { startLoad } from '../support/load.ts';
import { clientOf, settled, system } from '../support/system.ts';

const clean = { wrong: 0, twice: 0, failed: {} };

describe('a broker that goes, under load', () => {
  test('every request is answered once and rightly when the primary is killed', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 500);
    await load.answered(500);
    await cluster.kill('broker', 'SIGKILL');
    await cluster.get('backup').waitFor('active');
    await load.answered(500);
    const account = await load.stop();
    expect(account).toMatchObject({ ...clean, answered: account.asked });
  });

  test('every request is answered when the primary hangs, and when it continues', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 300);
    await load.answered(300);
    await cluster.kill('broker', 'SIGSTOP');
    await cluster.get('backup').waitFor('active');
    await load.answered(300);
    await cluster.kill('broker', 'SIGCONT');
    const { events } = cluster.get('broker');
    const before = events.length;
    await cluster.get('broker').waitFor('standby', (logged) => events.indexOf(logged) >= before);
    await load.answered(300);
    const account = await load.stop();
    expect(account).toMatchObject({ ...clean, answered: account.asked });
  });

  test('a primary that comes back stays standby and takes over when the backup is killed', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 300);
    await cluster.kill('broker', 'SIGKILL');
    await cluster.get('backup').waitFor('active');
    const returned = cluster.start('broker');
    await returned.waitFor('standby');
    await load.answered(300);
    expect(returned.events.some(({ event }) => event === 'active')).toBe(false);
    await cluster.kill('backup', 'SIGKILL');
    await returned.waitFor('active');
    await load.answered(300);
    const account = await load.stop();
    expect(account).toMatchObject({ ...clean, answered: account.asked });
  });

  test('a broker that is told to end hands over first', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 300);
    await load.answered(300);
    const leaving = cluster.get('broker');
    leaving.kill('SIGTERM');
    expect(await leaving.ended).toBe(0);
    await load.answered(300);
    const account = await load.stop();
    expect(account).toMatchObject({ ...clean, answered: account.asked });
  });
});
