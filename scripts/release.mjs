import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFromNothing, pack } from './pack.mjs';

/*
 * `pnpm release`: checks everything, builds, and publishes the packages that are not on the registry yet, each with its
 * tag. With `--dry-run` it packs instead of publishing. `pnpm version-packages` sets the versions before.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const [flag, ...more] = process.argv.slice(2);
// A user who mistypes --dry-run or asks for --help does not want to publish.
if (more.length > 0 || (flag !== undefined && flag !== '--dry-run')) {
  process.stderr.write('usage: pnpm release [--dry-run]\n');
  process.exit(2);
}
const dryRun = flag === '--dry-run';

// The attestation names the commit and the job that built a package, and users can check it.
const canProve = Boolean(process.env.ACTIONS_ID_TOKEN_REQUEST_URL ?? process.env.SIGSTORE_ID_TOKEN);

function run(command, ...args) {
  const { status } = spawnSync(join(root, 'node_modules/.bin', command), args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail(`${command} ${args.join(' ')} failed`);
}

function orFail(act) {
  try {
    return act();
  } catch (error) {
    return fail(error.message);
  }
}

function fail(message) {
  process.stderr.write(`release: ${message}\n`);
  process.exit(1);
}

if (!dryRun && !canProve) {
  fail(
    'packages are published with their provenance, which needs the identity token of a CI job: `id-token: write` on GitHub, SIGSTORE_ID_TOKEN on GitLab; here, try `pnpm release --dry-run`',
  );
}
const pending = readdirSync(join(root, '.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md');
if (pending.length > 0 && !dryRun)
  fail(`${pending.length} changesets are in no version yet: run \`pnpm version-packages\``);

run('pnpm', 'check');
// Without the cache, which an older build may have filled.
orFail(() => buildFromNothing('--force'));

if (dryRun) {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-release-'));
  for (const { name, version, file } of orFail(() => pack(folder))) {
    process.stdout.write(`would publish ${name}@${version}, ${Math.ceil(statSync(file).size / 1024)} KiB\n`);
  }
  if (pending.length > 0) process.stdout.write(`but first \`pnpm version-packages\`: ${pending.join(', ')}\n`);
  rmSync(folder, { recursive: true });
} else {
  process.env.NPM_CONFIG_PROVENANCE = 'true';
  run('changeset', 'publish');
}
