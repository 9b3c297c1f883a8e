import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly publishConfig?: { readonly provenance?: boolean };
}

test.each([['--help'], ['--dryrun'], ['--dry-run', '--yes']])('pnpm release %s publishes nothing', (...flags) => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/release.mjs'), ...flags], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect([status, stderr]).toEqual([2, 'usage: pnpm release [--dry-run]\n']);
});

test('pnpm release publishes only where it can prove from which commit and job the packages come', () => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _github, SIGSTORE_ID_TOKEN: _gitlab, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/release.mjs')], {
    encoding: 'utf8',
    env,
    timeout: 10_000,
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^release: packages are published with their provenance, which needs the identity token of a CI job/,
  );
});

test('every published package is published with its provenance', () => {
  const manifests = readdirSync(join(root, 'packages')).map(
    (name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Manifest,
  );
  const published = manifests.filter((manifest) => manifest.private !== true);
  expect(published.length).toBeGreaterThan(5);
  for (const { name, publishConfig } of published) expect([name, publishConfig?.provenance]).toEqual([name, true]);
});
