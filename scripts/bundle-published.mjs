import { writeFileSync } from 'node:fs';
import { bundle } from './bundle.mjs';
import { licenceNotices } from './licence-notices.mjs';

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
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licenceNotices(used));
}
