import type { Client } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import { expect, onTestFinished, test } from 'vitest';
import portfolio from '../support/portfolio.ts';
import { runApp } from '../support/run-app.ts';
import { bundled } from '../../../vitest.programs.ts';
import { system } from '../support/system.ts';

/* Formulas in steps, in the ready-made programs with a catalogue of a user. */

const module = bundled(new URL('../support/portfolio.ts', import.meta.url));
const count = 2_000;
const expected =
  4 * Array.from({ length: count }, (_, index) => 3 * index * index).reduce((sum, each) => sum + each, 0);

type Asking = Client<typeof portfolio.catalogue>;

async function started(options: Parameters<typeof system>[0]) {
  const cluster = await system({ environment: { CATETO_CATALOGUE: module, CATETO_WORKERS: '0' }, ...options });
  await cluster.ready();
  const client: Asking = await connect({
    catalogue: portfolio.catalogue,
    brokers: cluster.brokers,
    timeoutMs: 120_000,
  });
  onTestFinished(() => client.close());
  return { cluster, client };
}

/** Runs a formula of 2,000 calls. Resolves with the requester of its calls when 500 of them are answered. */
async function halfway(client: Asking) {
  let results = 0;
  let begun: ((calcServer: string) => void) | undefined;
  const inTheMiddle = new Promise<string>((resolve) => (begun = resolve));
  const watch = client.watch(({ topic, to }) => {
    if (topic.startsWith('calc.quote.result')) results += 1;
    if (results === count / 4) begun?.(to);
  });
  onTestFinished(() => watch.close());
  const answered = client.portfolio(count);
  return { answered, calcServer: await inTheMiddle, results: () => results };
}

test('a formula with a map of 2,000 calls is answered, whatever program calls it', async () => {
  const { cluster, client } = await started({});
  expect(await client.portfolio(count)).toMatchObject({ value: expected, fallbacks: [] });
  const given = ['--catalogue', module, '--brokers', cluster.brokers, '--timeout', '60000'];
  const asked = await runApp('client', ['portfolio', '10', '--json', ...given]);
  expect(JSON.parse(asked.out)).toMatchObject({ formula: 'portfolio', value: 4 * 3 * 285, fallbacks: [] });
  const refused = await runApp('client', ['forgetful', '1', ...given]);
  expect([refused.code, refused.said]).toEqual([1, expect.stringMatching(/^forgetful: .*log of its server/) as string]);
  const { name, part, message } = await cluster.get('calc-server').waitFor('handler-failed');
  expect({ name, part, message }).toEqual({
    name: 'forgetful',
    part: 'generator',
    message: 'quote is not among the operations that the contract of forgetful lists in calls',
  });
  expect((await client.portfolio(1)).value).toBe(0);
});

test('when an op-server is killed in the middle of a map, the others compute its calls', async () => {
  const { cluster, client } = await started({ opServers: 3 });
  const { answered } = await halfway(client);
  await cluster.kill('op-server-1', 'SIGKILL');
  expect(await answered).toMatchObject({ value: expected, fallbacks: [] });
});

test('when a calc-server is killed in the middle of a map, another one computes the formula anew', async () => {
  const { cluster, client } = await started({ calcServers: 2 });
  const { answered, calcServer, results } = await halfway(client);
  const { servers } = await client.status();
  const pid = servers.find(({ address }) => address === calcServer)?.pid;
  const name = ['calc-server-1', 'calc-server-2'].find((each) => cluster.get(each).pid === pid);
  await cluster.kill(name ?? 'none', 'SIGKILL');
  expect(await answered).toMatchObject({ value: expected, fallbacks: [] });
  expect(results()).toBeGreaterThan(count);
});
