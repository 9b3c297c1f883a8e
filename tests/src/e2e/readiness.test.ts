import { expect, test } from 'vitest';
import { clientOf, settled, system } from '../support/system.ts';
import { anyPorts, readinessOf, untilReadiness } from '../support/endpoint.ts';

const noBroker = 'no active broker is reached\n';

test('every process of a system becomes ready', async () => {
  const cluster = await system({ http: anyPorts });
  await cluster.ready();
  await settled(await clientOf(cluster));
  for (const { name } of cluster.plans) await untilReadiness(cluster.get(name), 200, 'ready\n');
});

test('servers are not ready while no broker is active, and ready after the other broker has taken over', async () => {
  const cluster = await system({ http: anyPorts, initially: ['broker', 'op-server-1', 'calc-server'] });
  const servers = [cluster.get('op-server-1'), cluster.get('calc-server')];
  for (const server of servers) await untilReadiness(server, 200, 'ready\n');
  await cluster.kill('broker', 'SIGKILL');
  for (const server of servers) await untilReadiness(server, 503, noBroker);
  const backup = cluster.start('backup');
  await backup.waitFor('active');
  for (const server of servers) await untilReadiness(server, 200, 'ready\n');
  expect(await readinessOf(backup)).toEqual([200, 'ready\n']);
});

test('a server that starts before any broker is live and not ready', async () => {
  const cluster = await system({ http: anyPorts, initially: ['op-server-1'] });
  const server = cluster.get('op-server-1');
  await untilReadiness(server, 503, noBroker);
  const broker = cluster.start('broker');
  await broker.waitFor('active');
  await untilReadiness(server, 200, 'ready\n');
});

test('a broker that only returns is ready when it has heard the active one', async () => {
  const cluster = await system({ http: anyPorts, initially: ['broker'] });
  await cluster.get('broker').waitFor('active');
  const backup = cluster.start('backup');
  await backup.waitFor('standby');
  await untilReadiness(backup, 200, 'ready\n');
});
