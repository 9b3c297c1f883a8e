import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
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
