import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The packages that are published: name, version, folder. */
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
 * Packs every published package as it would be published, from what was built.
 *
 * @param {string} destination a folder
 * @returns each package with the file of its tarball
 */
export function pack(destination) {
  const packages = publishedPackages();
  const unbuilt = packages.find(({ folder }) => !existsSync(join(folder, 'dist')));
  if (unbuilt !== undefined) throw new Error(`${unbuilt.name} is not built: run \`pnpm build\``);
  const filters = packages.flatMap(({ name }) => ['--filter', name]);
  const { status, stdout, stderr } = spawnSync(
    join(root, 'node_modules/.bin/pnpm'),
    ['--recursive', ...filters, 'pack', '--pack-destination', destination],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`pnpm pack failed: ${stdout}${stderr}`);
  return packages.map(({ name, version }) => {
    const file = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    if (!existsSync(file)) throw new Error(`${name} was not packed into ${file}`);
    return { name, version, file };
  });
}

/* `node scripts/pack.mjs <folder>` packs and lists what it packed, as JSON. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${JSON.stringify(pack(resolve(process.argv[2] ?? '.')), undefined, 2)}\n`);
}
