import type { Cluster } from '@cateto/cluster';
import { environmentWith } from '@cateto/app-kit';
import { freeBrokers } from '@cateto/cluster';
import type { KeySystem } from '@cateto/keys/node';
import { changeAccess, newKeyPair, readAccessFile, readKeyPair, writeKeyPair, writeKeySystem } from '@cateto/keys/node';
import type { Client, ConnectOptions } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import type { Calculator } from '@cateto/contracts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';
import { following } from '../support/following.ts';
import { runApp } from '../support/run-app.ts';
import { system } from '../support/system.ts';

/* A system whose processes have keys, as `cateto key init` makes them. */

const main = bundled(new URL('../../../packages/console/src/cluster/main.ts', import.meta.url));
const program = [main, '--built'];

function keySystem(): KeySystem {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return writeKeySystem(folder);
}

function secretFile({ keys }: KeySystem, name: string): string {
  return keys.find((key) => key.name === name)?.secretFile ?? '';
}

async function secured(): Promise<{ readonly keys: KeySystem; readonly cluster: Cluster }> {
  const keys = keySystem();
  const cluster = await system({ keys });
  await cluster.ready();
  return { keys, cluster };
}

async function clientWith(
  { brokers }: Cluster,
  { brokerKeys }: KeySystem,
  key: ConnectOptions<Calculator>['key'],
): Promise<Client<Calculator>> {
  const client = await connect({ brokers, key, brokerKeys, timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  return client;
}

test('the command line requests, and shows the status with keys; without a key it reaches no broker', async () => {
  const { keys, cluster } = await secured();
  const key = ['--key', secretFile(keys, 'client')];
  const given = ['--brokers', cluster.brokers, ...key, '--broker-keys', keys.brokerKeys];
  const asked = await runApp('client', ['hypotenuse', '12', '13', '--timeout', '60000', ...given]);
  expect([asked.code, asked.out]).toEqual([0, '17.69180601295413\n']);
  const status = await runApp('client', ['status', ...given]);
  expect(status.out).toMatch(/primary +active[^]*backup +standby/);
  const without = await runApp('client', ['hypotenuse', '12', '13', '--timeout', '2000', '--brokers', cluster.brokers]);
  expect([without.code, without.out]).toEqual([4, '']);
  const noKey =
    'the broker accepts only programs with keys, and this one has none; set CATETO_KEY and CATETO_BROKER_KEYS';
  const [first, last] = without.said.trim().split('\n');
  expect([first, last]).toEqual([
    expect.stringContaining(noKey),
    expect.stringMatching(/^hypotenuse: no active broker was reached within 2000 ms \(.*this one has none/),
  ]);
  const half = await runApp('client', ['status', '--brokers', cluster.brokers, ...key]);
  expect([half.code, half.said]).toEqual([
    2,
    'status: --key: a program with a key needs --broker-keys too, to recognise the brokers\n',
  ]);
});

test('a program whose key has another role is told which role the key has, and which one the program needs', async () => {
  const { keys, cluster } = await secured();
  const given = (name: string): string[] => {
    return ['--brokers', cluster.brokers, '--broker-keys', keys.brokerKeys, '--key', secretFile(keys, name)];
  };
  const said =
    'the other side refuses the key: the key has the role op-server, and the program needs client or observer';
  const asked = await runApp('client', ['hypotenuse', '12', '13', '--timeout', '5000', ...given('op-server')]);
  expect([asked.code, asked.out]).toEqual([4, '']);
  const [first, last] = asked.said.trim().split('\n');
  expect(first).toContain(said);
  expect(last).toContain(said);
  const events = await runApp('client', ['events', '--no-follow', ...given('client')]);
  expect(events.said).toContain('the key has the role client, and the program needs observer');
  await cluster.get('broker').waitFor('peer-refused', ({ name }) => name === 'op-server');
  // An observer may connect to watch, and a broker answers no message that it refuses.
  const watching = await runApp('client', ['hypotenuse', '12', '13', '--timeout', '1000', ...given('observer')]);
  expect([watching.code, watching.out]).toEqual([3, '']);
  await cluster.get('broker').waitFor('right-refused', ({ name }) => name === 'observer');
});

test('a key that is not listed is refused with the reason, and is accepted once the list has it', async () => {
  const { keys, cluster } = await secured();
  const pair = newKeyPair();
  const events: string[] = [];
  const client = await connect({
    brokers: cluster.brokers,
    key: pair,
    brokerKeys: keys.brokerKeys,
    timeoutMs: 60_000,
    onEvent: (event) => void (event.event === 'keys-differ' && events.push(event.cause)),
  });
  onTestFinished(() => client.close());
  await cluster.get('broker').waitFor('peer-refused');
  const answer = client.call('hypotenuse', [12, 13]);
  changeAccess(keys.access, ({ keys: listed }) => ({
    keys: [...listed, { name: 'late', publicKey: pair.publicKey, roles: ['client'] }],
  }));
  expect((await answer).value).toBeCloseTo(17.69, 2);
  expect(events).toEqual([
    'the other side refuses the key: the key is not listed (400); the access list of the brokers decides that (CATETO_ACCESS)',
  ]);
});

test('a broken list changes nothing and is reported; SIGHUP reads the list again', async () => {
  const { keys, cluster } = await secured();
  const client = await clientWith(cluster, keys, secretFile(keys, 'client'));
  const broker = cluster.get('broker');
  writeFileSync(keys.access, '{ "keys": [ }');
  const told = await broker.waitFor('access-unreadable');
  expect(told['message']).toContain('access.json:1: not JSON');
  expect((await client.call('hypotenuse', [12, 13])).value).toBeCloseTo(17.69, 2);
  await cluster.kill('broker', 'SIGHUP');
  await broker.waitFor('access-unreadable', (logged) => logged !== told);
});

test('a key is rotated under load, and no request fails', async () => {
  const { keys, cluster } = await secured();
  const old = await clientWith(cluster, keys, secretFile(keys, 'client'));
  const second = join(keys.access, '..', 'client-2');
  const pair = newKeyPair();
  writeKeyPair(second, 'client-2', pair);
  const outcomes: Promise<number>[] = [];
  const ask = (client: Client<Calculator>): void => {
    for (let leg = 1; leg <= 50; leg += 1) {
      outcomes.push(client.call('hypotenuse', [leg, 1]).then(({ value }) => Number(value)));
    }
  };
  ask(old);
  changeAccess(keys.access, ({ keys: listed }) => ({
    keys: [...listed, { name: 'client-2', publicKey: pair.publicKey, roles: ['client'] }],
  }));
  const next = await clientWith(cluster, keys, `${second}.key_secret`);
  ask(old);
  ask(next);
  await Promise.all(outcomes);
  await old.close();
  changeAccess(keys.access, ({ keys: listed }) => ({ keys: listed.filter(({ name }) => name !== 'client') }));
  ask(next);
  await cluster.get('broker').waitFor('access-reloaded', (logged) => logged['keys'] === keys.keys.length);
  ask(next);
  expect((await Promise.all(outcomes)).every((value) => value > 1)).toBe(true);
  expect(readAccessFile(keys.access).keys.map(({ name }) => name)).not.toContain('client');
});

test('a revoked client is cut at once, and its requests end as they do without brokers', async () => {
  const { keys, cluster } = await secured();
  const client = await clientWith(cluster, keys, readKeyPair(secretFile(keys, 'client')));
  await client.call('hypotenuse', [12, 13]);
  changeAccess(keys.access, ({ keys: listed }) => ({ keys: listed.filter(({ name }) => name !== 'client') }));
  await cluster.get('broker').waitFor('peer-cut');
  const ended = client.call('hypotenuse', [12, 13], { timeoutMs: 1_000 });
  await expect(ended).rejects.toMatchObject({ code: 'deadline-exceeded' });
});

test('a cluster with --keys makes keys for its processes and a client, and removes them at its end', async () => {
  const brokers = await freeBrokers();
  const child = spawn(process.execPath, [...program, '--keys', '--brokers', brokers, '--log-level', 'error'], {
    cwd: fileURLToPath(new URL('../../../', import.meta.url)),
    env: environmentWith({}),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close');
  const line = await following(child).wrote(/hypotenuse 12 13 --brokers .+/);
  const flags = line.slice(line.indexOf('--brokers'));
  const asked = await runApp('client', ['hypotenuse', '12', '13', '--timeout', '60000', ...flags.split(' ')]);
  expect([asked.code, asked.out]).toEqual([0, '17.69180601295413\n']);
  const [, keyFile = ''] = /--key (\S+)/.exec(flags) ?? [];
  expect(existsSync(keyFile)).toBe(true);
  child.kill('SIGTERM');
  await ended;
  expect(existsSync(dirname(keyFile))).toBe(false);
});
