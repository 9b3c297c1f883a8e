import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const licences = new URL('licenses/', import.meta.url);

/**
 * The licences of the packages that a bundle contains.
 *
 * @param {Iterable<string>} files that were bundled
 * @returns {string}
 */
export function licenceNotices(files) {
  const folders = [...files].flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(folders)]
    .toSorted()
    .map(noticeOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const head = `${name} ${version} (${license})\n\n`;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return `${head}${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  // The package names its licence and has no text of it.
  if (license !== 'Apache-2.0') throw new Error(`${name} ${version} has no licence file to pass on`);
  return `${head}Copyright ${author}\n\n${readFileSync(new URL(`${license}.txt`, licences), 'utf8').trim()}\n`;
}
