import { keyVariables } from '@cateto/cluster';
import { writeKeySystem } from '@cateto/keys/node';
import { connect } from '@cateto/sdk';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pythonRefused, startPython } from '../support/python.ts';
import { system } from '../support/system.ts';

/* The op-server in examples/python with a key, which pyzmq and its zmq.auth read. */

const refused = pythonRefused();

// In CI, missing packages fail the test: .ci/run installs them.
describe.skipIf(refused !== undefined && process.env.CI === undefined)('an op-server in Python with a key', () => {
  test('an op-server in Python with a key answers calls in a system whose processes all have keys', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cateto-keys-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const keys = writeKeySystem(join(folder, 'keys'));
    const cluster = await system({ keys, opServers: 0 });
    const { CATETO_KEY: key = '', CATETO_BROKER_KEYS: brokerKeys = '' } = keyVariables(keys, 'client');
    const client = await connect({ brokers: cluster.brokers, key, brokerKeys, timeoutMs: 60_000 });
    onTestFinished(() => client.close());
    const python = await startPython(cluster.brokers, [1, 2], 0, keyVariables(keys, 'op-server'));
    // The calc-server computes calls itself until it sees the server.
    let answer = await client.call('hypotenuse', [3, 4]);
    while (answer.fallbacks.includes(1)) answer = await client.call('hypotenuse', [3, 4]);
    expect(answer.value).toBe(5);
    const { servers } = await client.status();
    const itself = servers.find(({ pid }) => pid === python.pid);
    expect(itself).toMatchObject({ address: python.address, serves: ['square.1', 'square.2'] });
    expect(itself?.answered).toBeGreaterThanOrEqual(2);
  });
});
