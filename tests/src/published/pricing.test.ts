import { freeBrokers } from '@cateto/cluster';
import type { calculator } from '@cateto/contracts';
import type { Client } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandsIn } from '../docs/commands.ts';
import { blocks } from '../docs/pages.ts';
import type { Started } from '../support/following.ts';
import type { Outside } from './outside.ts';
import { copyOfExample, installed } from './outside.ts';
import { packAll } from './packed.ts';

/*
 * Follows docs/big-computations.md in a copy of examples/pricing, with the packed packages in place of those of the
 * registry and fewer options; then once more, while an op-server and the active broker are killed.
 */

const page = 'docs/big-computations.md';
const many = 30;
/** Five times as many as on the page, so that the second run is not over before its processes are killed. */
const paths = 100_000;

let outside: Outside;
let cluster: Started;
let client: Client<typeof calculator>;

const commands = blocks
  .filter((block) => block.page === page && block.language === 'sh')
  .flatMap(({ text }) => commandsIn(text))
  .map(({ text }) => text.replace(/\.js 500 20000/, `.js ${many} ${paths}`));

const shell = (command: string): ReturnType<Outside['run']> => outside.run('bash', '-c', command);

/** The runs of operations since the start, of all op-servers that are there. A command would take longer than some options. */
async function runs(): Promise<number> {
  const { servers } = await client.status({ waitMs: 300 });
  return servers.reduce((sum, server) => sum + (server.role === 'op-server' ? (server.runs ?? 0) : 0), 0);
}

beforeAll(async () => {
  const packages = packAll();
  const brokers = await freeBrokers();
  outside = copyOfExample('pricing', { CATETO_BROKERS: brokers });
  client = await connect({ brokers });
  const without = ['@cateto/app-kit', '@cateto/compute', 'create-cateto'];
  await installed(
    outside,
    packages.filter(({ name }) => !without.includes(name)),
  );
});

afterAll(async () => {
  await client.close();
  outside.end();
});

let total = '';

test('the page shows the code of the example', () => {
  const shown = blocks.find((block) => block.page === page && block.language === 'js')?.text ?? 'nothing';
  const lines = (text: string): string[] => text.split('\n').map((line) => line.trim());
  const code = lines(readFileSync(join(outside.folder, 'pricing.js'), 'utf8')).join('\n');
  expect(code).toContain(lines(shown).join('\n').trim());
});

test('the page prices options on two op-servers with a thread each, and each option runs once', async () => {
  const [install, start = '', options = '', portfolio = '', status = ''] = commands;
  expect(install).toBe('npm install');
  cluster = outside.start('bash', '-c', `exec ${start}`);
  await cluster.wrote(/^Everything is up/);
  expect(await shell(options)).toMatchObject({ code: 0 });
  const { code, out, said } = await shell(portfolio);
  expect({ code, said }).toEqual({ code: 0, said: '' });
  expect(JSON.parse(out)).toMatchObject({ total: expect.any(Number), dearest: expect.any(Number) });
  total = out;
  expect(await shell(status)).toMatchObject({ code: 0 });
  expect(await runs()).toBe(many);
});

test('the total is the same to the last bit when an op-server and the active broker are killed meanwhile', async () => {
  const [, , , portfolio = ''] = commands;
  let isAnswered = false;
  const asked = shell(portfolio).finally(() => (isAnswered = true));
  // Some options are priced, and others are running.
  while ((await runs()) < many + 4) expect(isAnswered).toBe(false);
  expect(isAnswered).toBe(false);
  const pidOf = async (name: string): Promise<number> => {
    return Number((await cluster.wrote(new RegExp(`^${name} +\\d`))).split(/ +/)[1]);
  };
  process.kill(await pidOf('op-server-1'), 'SIGKILL');
  process.kill(await pidOf('broker'), 'SIGKILL');
  await cluster.wrote(/"event":"active".*"process":"backup"/);
  const { code, out, said } = await asked;
  expect({ code, out, said }).toEqual({ code: 0, out: total, said: '' });
});

test('the page prices the rows of a file by the name of the operation', async () => {
  for (const command of commands.slice(6)) expect([command, (await shell(command)).code]).toEqual([command, 0]);
  const rows = readFileSync(join(outside.folder, 'prices.csv'), 'utf8').trim().split('\n');
  expect(rows).toHaveLength(41);
  cluster.child.kill('SIGTERM');
  await cluster.ended;
});

test.runIf(process.platform === 'linux')(
  'the page measures how busy the handlers are, and what a kill costs',
  async () => {
    const [, , , , , measure = ''] = commands;
    expect(measure).toBe(`node measure.js ${many} ${paths}`);
    const { code, out, said } = await shell(measure);
    expect({ code, said }).toEqual({ code: 0, said: '' });
    expect(out).toMatch(/^runs of the handler: \d+ \+ \d+, each option once$/m);
    expect(out).toMatch(/^handlers computed \d+\.\d\d s: 0\.\d{3} of two cores' time$/m);
    expect(out).toMatch(/^the total is the same to the last bit$/m);
  },
);
