import type { Cluster } from '@cateto/cluster';
import type { Role } from '@cateto/contracts';
import { roles } from '@cateto/contracts';
import type { KeySystem } from '@cateto/keys/node';
import { changeAccess, newKeyPair, prefixOf, readBrokerKeys, readKeyPair, writeKeySystem } from '@cateto/keys/node';
import { connect } from '@cateto/sdk';
import { startLoad } from '@cateto/verification/support/load.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Subscriber } from 'zeromq';
import type { PeerKeys } from '../support/raw.ts';
import { dialBoth } from '../support/raw.ts';
import { settled, system } from '../support/system.ts';
import { strangersArriving } from './arrivals.ts';
import {
  falseSettlement,
  forgeResults,
  halfRequests,
  hugeGarbage,
  statusFlood,
  strangeConnections,
} from './attacks.ts';
import { stranger } from './attacks.ts';
import { memoryOf } from './memory.ts';

/*
 * A stranger at a running system with keys, first without a key, and then with the key of each role. Requests are
 * answered correctly all the time, no process dies, memory stays bounded, and the log of the brokers names the key.
 */

const peakMebibytesMax = 600;
function keySystem(): KeySystem {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return writeKeySystem(folder);
}

function peerKeys({ keys, brokerKeys }: KeySystem, name: string): PeerKeys {
  const { primary, backup = '' } = readBrokerKeys(brokerKeys);
  return { keyPair: readKeyPair(keys.find((key) => key.name === name)?.secretFile ?? ''), brokers: [primary, backup] };
}

/** A system with keys, and a client that its servers have answered. */
async function workingSystem() {
  const keys = keySystem();
  const cluster = await system({ keys });
  const own = peerKeys(keys, 'client');
  const client = await connect({
    brokers: cluster.brokers,
    key: own.keyPair,
    brokerKeys: keys.brokerKeys,
    timeoutMs: 20_000,
  });
  onTestFinished(() => client.close());
  await settled(client);
  return { keys, cluster, own, client };
}

/** Enters a new key in the list of both brokers. */
async function listedStranger(keys: KeySystem, cluster: Cluster, role: Role): Promise<PeerKeys> {
  const keyPair = newKeyPair();
  const reloaded = ['broker', 'backup'].map((name) => cluster.get(name).waitFor('access-reloaded'));
  changeAccess(keys.access, ({ keys: listed }) => ({
    keys: [...listed, { name: 'stranger', publicKey: keyPair.publicKey, roles: [role] }],
  }));
  await Promise.all(reloaded);
  return { ...peerKeys(keys, 'client'), keyPair };
}

/** Subscribes as 500 servers whose addresses belong to other keys, and as 20 of its own, which never answer. */
function inventedServers(brokers: string, keys: PeerKeys): Subscriber {
  const subscriber = new Subscriber({ linger: 0 });
  onTestFinished(() => subscriber.close());
  dialBoth(subscriber, brokers, 'subscribePort', keys);
  const prefix = prefixOf(keys.keyPair.publicKey);
  const own = (number: number): string => `${prefix}${number.toString(36).padStart(6, '0')}`;
  const routes = ['request.1', 'request.2', 'square.request.1', 'square.request.2'];
  for (const address of [
    ...Array.from({ length: 20 }, (_, n) => own(n)),
    ...Array.from({ length: 500 }, (_, n) => stranger(n)),
  ]) {
    for (const route of routes) subscriber.subscribe(`calc.${route}.${address}`);
  }
  return subscriber;
}

test('strangers that connect a hundred times a second without a listed key harm nobody, and cause no takeover', async () => {
  const { cluster, own, client } = await workingSystem();
  const takeover = cluster.get('backup').waitFor('active');
  const load = startLoad(client, 20);
  const arrivals = strangersArriving(cluster.brokers, { ...own, keyPair: newKeyPair() }, 100);
  const happened = await Promise.race([load.answered(400), takeover]);
  const arrived = await arrivals.stop();
  const account = await load.stop();
  const memory = memoryOf(cluster);
  if (process.env['CATETO_HOSTILE_FIGURES'] !== undefined) {
    process.stderr.write(`${JSON.stringify({ arrived, account, memory })}\n`);
  }
  expect(happened).toBeUndefined();
  expect(arrived).toBeGreaterThan(1_000);
  expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, answered: account.asked });
  for (const [name, { peak }] of Object.entries(memory)) {
    expect(peak, `${name}: MiB at most`).toBeLessThan(peakMebibytesMax);
  }
}, 180_000);

test.each<'no key' | Role>(['no key', ...roles])(
  'a stranger with the key of a %s harms nobody: requests are answered, and the log names the key',
  async (role) => {
    const { keys, cluster, client } = await workingSystem();
    const { brokers } = cluster;
    const load = startLoad(client, 20);
    const ended = cluster.plans.map(async ({ name }) => `${name} ended: ${await cluster.get(name).ended}`);
    const during = async (what: string, attack: () => Promise<unknown>): Promise<void> => {
      await Promise.race([attack(), Promise.race(ended).then((how) => Promise.reject(new Error(`${what}: ${how}`)))]);
      await load.answered(20);
    };

    await during('strange connections', () => strangeConnections(brokers));
    if (role !== 'no key') {
      const listed = await listedStranger(keys, cluster, role);
      const address = `${prefixOf(listed.keyPair.publicKey)}zzzzzz`;
      const refused = Promise.race(
        ['broker', 'backup'].map((name) =>
          cluster.get(name).waitFor('right-refused', (logged) => logged['name'] === 'stranger'),
        ),
      );
      const forger = forgeResults(brokers, { observer: peerKeys(keys, 'observer'), publisher: listed });
      await during('forged results', () => load.answered(60));
      await forger.stop();
      expect(forger.forged()).toBeGreaterThan(60);
      await during('half requests of invented senders', () => halfRequests(brokers, 20_000, listed));
      await during('half requests', () => halfRequests(brokers, 20_000, listed, address));
      await during('a flood of status requests', () => statusFlood(brokers, 20_000, listed));
      await during('huge garbage', () => hugeGarbage(brokers, 20, listed));
      await during('a false settlement', () => falseSettlement(brokers, client, listed));
      const invented = inventedServers(brokers, listed);
      await during('invented servers', () => load.answered(60));
      invented.close();
      expect(await refused).toMatchObject({ name: 'stranger' });
    }

    const account = await load.stop();
    const memory = memoryOf(cluster);
    if (process.env['CATETO_HOSTILE_FIGURES'] !== undefined) {
      process.stderr.write(`${JSON.stringify({ role, account, memory })}\n`);
    }
    expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, answered: account.asked });
    for (const [name, { peak }] of Object.entries(memory)) {
      expect(peak, `${name}: MiB at most`).toBeLessThan(peakMebibytesMax);
    }
  },
  180_000,
);
