import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test.each([['--help'], ['--dryrun'], ['--dry-run', '--yes']])('pnpm release %s publishes nothing', (...flags) => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/release.mjs'), ...flags], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect([status, stderr]).toEqual([2, 'usage: pnpm release [--dry-run]\n']);
});
