import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { endpointsOf } from '@cateto/verification/support/endpoints.ts';
import { system } from '../support/system.ts';

/** Leaves a process this many free file handles. */
function leave(pid: number, handles: number): void {
  const most = readdirSync(`/proc/${pid}/fd`).length + handles;
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`]);
}

function connectMany(port: number, count: number): readonly Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    return socket;
  });
}

test('a broker without free file handles logs that, and continues', async () => {
  const cluster = await system({ initially: ['broker'] });
  const broker = cluster.get('broker');
  await broker.waitFor('active');
  leave(broker.pid, 0);
  const [primary] = endpointsOf(cluster.brokers);
  const [refused] = connectMany(primary.publishPort, 10);
  const said = broker.waitFor('connections-refused');
  // The broker accepts the connection and closes it silently.
  await new Promise((resolve) => refused?.once('close', resolve));
  expect(await said).toMatchObject({
    level: 'warn',
    cause: expect.stringMatching(/no file handles are left .* limit/),
  });
  leave(broker.pid, 100);
  const [welcome] = connectMany(primary.publishPort, 1);
  if (welcome !== undefined) await once(welcome, 'data');
});
