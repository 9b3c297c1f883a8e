import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { removeBuilt } from './remove-built.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The published packages: name, version, folder. */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => {
      const folder = join(root, 'packages', name);
      return { folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) };
    })
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest: { name, version } }) => ({ name, version, folder }));
}

/**
 * Builds every published package from nothing, so that files of an earlier or failed build are not published.
 *
 * @param {string[]} flags of `turbo run`, such as `--force`
 * @throws Error with the output of the failed build
 */
export function buildFromNothing(...flags) {
  const packages = publishedPackages();
  removeBuilt(packages.map(({ folder }) => folder));
  // Through pnpm, because turbo looks for pnpm in the path only.
  pnpm('exec', 'turbo', 'run', 'build', ...flags, ...filtersOf(packages), '--output-logs=errors-only');
}

/**
 * Builds every published package from nothing and packs it as it would be published.
 *
 * @param {string} destination a folder
 * @returns each package with the file of its tarball
 * @throws Error when a package cannot be built or packed; then none is packed
 */
export function pack(destination) {
  buildFromNothing();
  const packages = publishedPackages();
  pnpm('--recursive', ...filtersOf(packages), 'pack', '--pack-destination', destination);
  return packages.map(({ name, version }) => {
    const file = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    if (!existsSync(file)) throw new Error(`${name} was not packed into ${file}`);
    return { name, version, file };
  });
}

function filtersOf(packages) {
  return packages.flatMap(({ name }) => ['--filter', name]);
}

function pnpm(...args) {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/pnpm'), args, {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`pnpm ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

/* `node scripts/pack.mjs <folder>` builds and packs the packages, and lists the tarballs as JSON. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    process.stdout.write(`${JSON.stringify(pack(resolve(process.argv[2] ?? '.')), undefined, 2)}\n`);
  } catch (error) {
    process.stderr.write(`pack: ${error.message}\n`);
    process.exitCode = 1;
  }
}
