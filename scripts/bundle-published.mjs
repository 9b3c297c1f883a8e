import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';

/*
 * `pnpm build` of a published binary, in its folder: bundles its main, and writes the licences of the bundled packages
 * beside the bundle.
 */

/** @param {Record<string, string>} more files besides the main, by the name of their bundle */
export async function bundlePublished(more = {}) {
  const { metafile } = await bundle({ main: 'src/main.ts', ...more }, { metafile: true });
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
  );
  const folders = used.flatMap((input) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []);
  const notices = [...new Set(folders)].toSorted().map(noticeOf);
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
}

const licences = new URL('licenses/', import.meta.url);

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const head = `${name} ${version} (${license})\n\n`;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return `${head}${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  // The package names its licence and has no text of it.
  if (license !== 'Apache-2.0') throw new Error(`${name} ${version} has no licence file to pass on`);
  return `${head}Copyright ${author}\n\n${readFileSync(new URL(`${license}.txt`, licences), 'utf8').trim()}\n`;
}
