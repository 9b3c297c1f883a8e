import type { AppProcess } from '@cateto/cluster';
import { appCommand, startProcess } from '@cateto/cluster';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startHostClient } from './host-client.ts';
import { createNetwork, networkRefused } from './network.ts';

const host = '10.43.96.50';
const silentName = 'backup.cateto.test';

const refused = await networkRefused();
if (refused !== undefined) {
  process.stderr.write(`\nSILENT NAMES ARE NOT TESTED HERE: no network namespaces on this machine.\n${refused}\n\n`);
}

/** A host whose name server never answers, and a way to run programs on it. */
async function hostOfSilentNames() {
  const network = await createNetwork([host]);
  const folder = await mkdtemp(join(tmpdir(), 'cateto-names-'));
  const resolver = join(folder, 'resolv.conf');
  await writeFile(resolver, 'nameserver 127.0.0.1\n');
  const started: AppProcess[] = [];
  // Only this host has this file: `ip netns exec` gives each command mounts of its own.
  const prefix = [...network.on(host), 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolver];

  function run(name: string, command: { readonly cwd: string; readonly args: readonly string[] }, environment = {}) {
    const one = startProcess({ name, ...command, prefix, environment });
    started.push(one);
    return one;
  }

  onTestFinished(async () => {
    // Normally a process ends only when the system has given up its last question, after ten seconds.
    for (const one of started) one.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await network.remove();
    await rm(folder, { recursive: true });
  });
  return { prefix, run };
}

describe.skipIf(refused !== undefined && process.env['CI'] === undefined)(
  'the name of a broker whose name server is silent',
  () => {
    test('a broker name whose name server is silent keeps no participant from the other broker', async () => {
      const { prefix, run } = await hostOfSilentNames();
      const names = run('names', {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        args: ['--import', 'tsx', fileURLToPath(new URL('silent-name-server.ts', import.meta.url))],
      });
      await names.waitFor('ready');
      const environment = { CATETO_BROKERS: `127.0.0.1,${silentName}`, CATETO_LOG: 'json' };
      const broker = run('broker', appCommand('broker', true), environment);
      await broker.waitFor('active');
      const servers = ['op-server', 'calc-server'].map((app) => run(app, appCommand(app, true), environment));
      await Promise.all(servers.map((one) => one.waitFor('ready')));
      await servers[1]?.waitFor('listener-up');
      const client = startHostClient(host, prefix, environment);
      onTestFinished(() => client.kill());
      await client.ready;
      await client.begin();
      await client.answered(1_000);
      const account = await client.end();
      // The name was looked up, and the lookup still waits: it takes ten seconds.
      expect(names.events.filter(({ event }) => event === 'asked')).not.toEqual([]);
      expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, fellBack: 0, answered: account.asked });
      // No participant was missed and found again, and the broker stayed active.
      expect(servers.flatMap(({ events }) => events).filter(({ event }) => event === 'listener-down')).toEqual([]);
      const states = broker.events.map(({ event }) => event).filter((event) => event !== 'listener-up');
      expect(states).toEqual(['ready', 'standby', 'active']);
    });
  },
);
