import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startLoad } from '@cateto/verification/support/load.ts';
import { clientOf, settled, system } from '../support/system.ts';

/** The length of the fault itself: longer than the silence after which a broker gives a server up. */
const standstillMs = 350;

test('a standstill of the whole system for a moment causes no fallback and no takeover', async () => {
  const names = ['broker', 'backup', 'calc-server', 'op-server-1', 'op-server-2'];
  const cluster = await system();
  const client = await clientOf(cluster);
  await cluster.ready();
  await settled(client);
  const load = startLoad(client, 400);
  await load.answered(200);
  const processes = names.map((name) => cluster.get(name));
  for (const one of processes) one.kill('SIGSTOP');
  await delay(standstillMs);
  for (const one of processes) one.kill('SIGCONT');
  await load.answered(400);
  const account = await load.stop();
  expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, answered: account.asked, fellBack: 0 });
  for (const one of processes) {
    expect(one.events.map(({ event }) => event)).not.toContain('listener-down');
  }
});
