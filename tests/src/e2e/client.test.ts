import type { Cluster } from '@cateto/cluster';
import { startCluster } from '@cateto/cluster';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runApp } from '../support/run-app.ts';

/* The command line with a running system. The rest is tested beside its code. */

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.ready();
});

afterAll(() => cluster.stop());

const run = (...args: string[]) => runApp('client', [...args, '--brokers', cluster.brokers]);

describe('a formula', () => {
  test.each([
    [['hypotenuse', '12', '13'], '17.69180601295413\n'],
    [['hypotenuse', '12', '13', '--digits', '4'], '17.6918\n'],
    [['diagonal', '1', '2', '2'], '3\n'],
    [['leg', '5', '3'], '4\n'],
    [['hypotenuse', '-3', '4'], '5\n'],
  ])('the client prints the answer of %s: %s', async (args, printed) => {
    expect(await run(...args)).toEqual({ code: 0, out: printed, said: '' });
  });

  test('with --json the client prints id, value and time for scripts', async () => {
    const { out } = await run('hypotenuse', '12', '13', '--json');
    expect(JSON.parse(out)).toEqual({
      id: expect.stringMatching(/^[a-z0-9]{12}-1$/),
      formula: 'hypotenuse',
      operands: [12, 13],
      value: 17.69180601295413,
      elapsedMs: expect.any(Number),
      fallbacks: expect.any(Array),
    });
  });
});

describe('a mistake is one line on stderr and an exit code', () => {
  test.each([
    [['hypotenuse', 'twelve', '13'], 5, /hypotenuse: operand a: "twelve" is not a number/],
    [['hypotenuse', '1e999', '13'], 5, /operand a/],
    [['leg', '3', '5'], 5, /shorter/],
    [['hypotenus', '3', '5'], 5, /"hypotenus"/],
    [['hypotenuse', '3'], 2, /'b'/],
    [['hypotenuse', '3', '4', '--timeout', 'soon'], 2, /--timeout.*"soon"/],
    [['hypotenuse', '3', '4', '--colour'], 2, /--colour/],
  ])('the client with %j ends with exit code %i', async (args, code, said) => {
    const finished = await run(...args);
    expect(finished).toMatchObject({ code, out: '' });
    expect(finished.said).toMatch(said);
    expect(finished.said.trimEnd()).not.toContain('\n');
  });
});

test('the status shows both brokers and every server, and that nothing is missing', async () => {
  const { code, out } = await run('status', '--json');
  const status = JSON.parse(out) as { brokers: { state: string }[]; servers: { role: string }[] };
  expect(status.brokers.map(({ state }) => state).toSorted()).toEqual(['active', 'standby']);
  expect(status.servers.map(({ role }) => role).toSorted()).toEqual(['calc-server', 'op-server', 'op-server']);
  expect(code).toBe(0);
});

describe('servers with wrong settings', () => {
  test.each([
    ['op-server', ['--operations', 'hypotenuse'], {}, /--operations.*"hypotenuse".*multiply.*square/],
    ['op-server', ['--lanes', '9'], {}, /--lanes.*"9"/],
    ['calc-server', [], { CATETO_OPERATION_TIMEOUT_MS: '-1' }, /CATETO_OPERATION_TIMEOUT_MS.*"-1"/],
    ['broker', ['--brokers', 'here:1:1:1'], {}, /--brokers.*ports/],
    ['broker', ['--heartbeat', '500'], {}, /CATETO_PEER_LOST_MS|--peer-lost/],
    ['broker', ['now'], {}, /argument/],
  ])('%s %j ends with 2 and one line', async (app, args, environment, said) => {
    const finished = await runApp(app, args, environment);
    expect(finished).toMatchObject({ code: 2, out: '' });
    expect(finished.said).toMatch(said);
    expect(finished.said.trimEnd()).not.toContain('\n');
  });

  test('a broker whose port is in use ends with 1 and a line that names the port', async () => {
    const finished = await runApp('broker', ['--brokers', cluster.brokers]);
    expect(finished.code).toBe(1);
    expect(finished.said.trimEnd().split('\n').at(-1)).toMatch(/cannot bind the publish port 127\.0\.0\.1:\d+/);
  });
});
