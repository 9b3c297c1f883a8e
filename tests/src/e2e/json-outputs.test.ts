import { jsonOutputs as ofClient } from 'client/json';
import { jsonOutputs as ofContracts } from 'contracts/files';
import { jsonOutputs as ofKey } from 'key/json';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { appCommand } from '@cateto/cluster';
import { following } from '../support/following.ts';
import { runApp } from '../support/run-app.ts';
import { openTraffic } from '../support/traffic.ts';
import { bundled } from '../../../vitest.programs.ts';
import { system } from '../support/system.ts';

/* The output of the command line with --json fits the schemas from which docs/contracts/cli is generated. */

const module = bundled(new URL('../support/pricing.ts', import.meta.url));
const schemas = { ...ofClient, ...ofContracts, ...ofKey };
const checked = new Set<string>();

/** The schemas are strict, so a field that they do not declare fails too. */
function check(name: string, text: string): void {
  const { error } = schemas[name]?.safeParse(JSON.parse(text)) ?? {};
  expect([name, error?.issues ?? []]).toEqual([name, []]);
  checked.add(name);
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'cateto-json-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('what the client prints with --json fits the schemas, against a running system', async () => {
  const cluster = await system({ environment: { CATETO_CATALOGUE: module } });
  await cluster.ready();
  const given = ['--catalogue', module, '--brokers', cluster.brokers];
  const client = async (...args: readonly string[]): Promise<string> =>
    (await runApp('client', [...args, ...given])).out;
  const { cwd, args } = appCommand('client', false);
  const child = spawn(process.execPath, [...args, 'watch', '--json', ...given], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const watching = following(child);

  check('call', await client('spread', '110', '90', '--json', '--timeout', '60000'));
  check('status', await client('status', '--json'));
  check('events', (await client('events', '--no-follow', '--json')).split('\n')[0] ?? '');
  check('error', await client('spread', '110', 'ninety', '--json'));
  const here = folder();
  writeFileSync(join(here, 'strikes.csv'), 'strike\n90\n');
  const files = [join(here, 'strikes.csv'), '--out', join(here, 'prices.csv')];
  check('batch', await client('batch', ...files, '--formula', 'price', '--json'));
  const traffic = await openTraffic(cluster.brokers);
  onTestFinished(() => traffic.close());
  check('watch', await watching.wrote(/"topic":/));
});

test('the lists of the client and the reports of contracts fit their schemas', async () => {
  check('formulas', (await runApp('client', ['formulas', '--json', '--catalogue', module])).out);
  check('operations', (await runApp('client', ['operations', '--json', '--catalogue', module])).out);
  const { cwd, args } = appCommand('contracts', true);
  const contracts = (...more: readonly string[]): string =>
    spawnSync(process.execPath, [...args, ...more, '--json', '--catalogue', module, '--out', join(folder(), 'out')], {
      cwd,
      encoding: 'utf8',
    }).stdout;
  check('contracts-export', contracts('export', '--release'));
  check('contracts-check', contracts('check'));
});

test('what the tool of keys prints fits the schemas', () => {
  const { cwd, args } = appCommand('key', true);
  const at = folder();
  const access = join(at, 'access.json');
  const key = (...more: readonly string[]): string =>
    spawnSync(process.execPath, [...args, ...more, '--json'], { cwd, encoding: 'utf8' }).stdout;
  check('key-init', key('init', at));
  check('key-new', key('new', 'desk', '--dir', at));
  check('key-show', key('show', join(at, 'desk.key')));
  check('key-allow', key('allow', join(at, 'desk.key'), '--roles', 'client', '--expires', '1h', '--access', access));
  check('key-new', key('rotate', 'desk', '--dir', at, '--access', access));
  check('key-allow', key('revoke', 'desk', '--access', access));
  check('key-list', key('list', '--access', access));
  check('key-check', key('check', '--access', access));
});

test('every schema was compared with a real output', () => {
  expect([...checked].toSorted()).toEqual(Object.keys(schemas).toSorted());
});
