import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs the audit against a registry that gives this answer to every question. */
async function audited(status: number, answer: string) {
  const registry = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  onTestFinished(() => void registry.close());
  const { port } = registry.address() as AddressInfo;
  const child = spawn(process.execPath, [join(root, '.ci/audit.mjs')], {
    env: { ...process.env, pnpm_config_registry: `http://127.0.0.1:${port}/` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

const vulnerability = {
  id: 1,
  url: 'https://example.org/advisory',
  title: 'A made-up vulnerability',
  severity: 'high',
  vulnerable_versions: '*',
  cwe: [],
  cvss: { score: 8, vectorString: null },
};

test('the audit passes when the registry knows no vulnerability', async () => {
  const { code, said } = await audited(200, '{}');
  expect([code, said]).toEqual([0, 'audit: no known vulnerability, high or critical, in what is published\n']);
});

test('the audit fails when a dependency of a published package has a known vulnerability, and shows it', async () => {
  const { code, said } = await audited(200, JSON.stringify({ zeromq: [vulnerability] }));
  expect(code).toBe(1);
  expect(said).toContain(vulnerability.title);
});

test('the audit ignores a vulnerability below high', async () => {
  const { code } = await audited(200, JSON.stringify({ zeromq: [{ ...vulnerability, severity: 'moderate' }] }));
  expect(code).toBe(0);
});

test('the audit is skipped, and says so, when the registry does not answer it', async () => {
  const { code, said } = await audited(405, '');
  expect(code).toBe(0);
  expect(said).toMatch(/^audit: skipped, because the registry does not answer: .*405\n$/);
});

/** A report of the tests of a package in this folder, as vitest writes it. */
const reportIn = (folder: string) => ({
  success: false,
  numPassedTests: 3,
  numFailedTests: 1,
  numPendingTests: 0,
  testResults: [
    {
      name: join(folder, 'packages/one/src/a.test.ts'),
      status: 'failed',
      message: '',
      assertionResults: [
        {
          fullName: 'a broken promise',
          status: 'failed',
          failureMessages: ['Error: expected 1 to be 2\n    at a.test.ts:3'],
        },
        { fullName: 'a kept promise', status: 'passed', failureMessages: [] },
      ],
    },
    {
      name: join(folder, 'packages/one/src/b.test.ts'),
      status: 'failed',
      message: 'Error: no such module',
      assertionResults: [],
    },
    { name: join(folder, 'packages/one/src/c.test.ts'), status: 'passed', message: '', assertionResults: [] },
  ],
});

test('the sum of all reports names each test that failed and what it said, and its last line has the numbers', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cateto-reports-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const path of ['apps', 'packages/one/src', 'packages/one/.reports'])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, 'packages/one/package.json'), '{"scripts":{}}');
  writeFileSync(join(folder, 'packages/one/src/a.test.ts'), '');
  writeFileSync(join(folder, 'packages/one/.reports/tests.json'), JSON.stringify(reportIn(folder)));
  const { status, stdout } = spawnSync(process.execPath, [join(root, '.ci/sum-reports.mjs'), '1'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect([status, stdout.trimEnd().split('\n')]).toEqual([
    1,
    [
      'packages/one, tests: 3 passed, 1 failed',
      'failed: packages/one/src/a.test.ts: a broken promise',
      '  Error: expected 1 to be 2',
      '      at a.test.ts:3',
      'failed: packages/one/src/b.test.ts',
      '  Error: no such module',
      '3 passed, 1 failed',
    ],
  ]);
});

test('CI runs one release of pnpm, the one that the lockfile pins', () => {
  const { packageManager, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly packageManager: string;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  expect(packageManager).toBe(`pnpm@${devDependencies['pnpm']}`);
  for (const script of ['.ci/run', '.ci/long']) {
    expect(readFileSync(join(root, script), 'utf8'), script).not.toMatch(/pnpm@\d/);
  }
});
