import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';

/*
 * `pnpm build` of the package cateto: bundles the binary, and each app's main in files of its own, which are loaded on
 * demand. The worker has a name of its own, because op-server starts it by that name. Writes the licences of the
 * bundled packages beside the bundle.
 */

const { metafile } = await bundle(
  { main: 'src/main.ts', worker: '../../apps/op-server/src/worker.ts' },
  { metafile: true },
);

const outside = Object.keys(metafile.inputs).flatMap(
  (input) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [],
);
const notices = [...new Set(outside)].toSorted().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} ${version} has no licence file to pass on`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
