import { describe, expect, test } from 'vitest';
import { brokerPair, next } from '../support/brokers.ts';
import { startLoad } from '@cateto/verification/support/load.ts';
import { clientOf, settled, system } from '../support/system.ts';

const clean = { wrong: 0, twice: 0, failed: {} };

describe('failover under load', () => {
  test('every request is answered once and correctly when the primary is killed under load', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 500);
    await load.answered(500);
    const { active, standby } = await brokerPair(cluster);
    const takeover = next(standby, 'active');
    active.kill('SIGKILL');
    await takeover;
    await load.answered(500);
    const account = await load.stop();
    expect(account).toMatchObject({ ...clean, answered: account.asked });
  });

  test('every request is answered when the primary hangs under load, and when it continues', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 300);
    await load.answered(300);
    const { active, standby } = await brokerPair(cluster);
    const takeover = next(standby, 'active');
    active.kill('SIGSTOP');
    await takeover;
    await load.answered(300);
    const stepDown = next(active, 'standby');
    active.kill('SIGCONT');
    await stepDown;
    await load.answered(300);
    const account = await load.stop();
    expect(account).toMatchObject({ ...clean, answered: account.asked });
  });

  test('a broker that returns stays standby, and takes over when the other one is killed', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 300);
    const first = await brokerPair(cluster);
    const takeover = next(first.standby, 'active');
    await cluster.kill(first.active.name, 'SIGKILL');
    await takeover;
    const returned = cluster.start(first.active.name);
    await returned.waitFor('standby');
    await load.answered(300);
    const second = await brokerPair(cluster);
    expect(second.standby.name).toBe(returned.name);
    const takeoverBack = next(returned, 'active');
    second.active.kill('SIGKILL');
    await takeoverBack;
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
    const { active: leaving } = await brokerPair(cluster);
    leaving.kill('SIGTERM');
    expect(await leaving.ended).toBe(0);
    await load.answered(300);
    const account = await load.stop();
    expect(account).toMatchObject({ ...clean, answered: account.asked });
  });
});
