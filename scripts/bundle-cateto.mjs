import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { bundlePublished } from './bundle-published.mjs';

/*
 * `pnpm build` of the package cateto: bundles the binary, and each app's main in files of its own, which are loaded on
 * demand. The worker has a name of its own, because op-server starts it by that name.
 */

await bundlePublished({ worker: '../../apps/op-server/src/worker.ts' });

// The page of the console, which was built before. It is looked for beside the bundle.
const page = '../console/dist/page';
cpSync(page, 'dist/page', { recursive: true });
appendFileSync(
  'dist/THIRD-PARTY-LICENSES.txt',
  `\n${'-'.repeat(80)}\n\nIn the page of the console:\n\n${readFileSync(`${page}/THIRD-PARTY-LICENSES.txt`, 'utf8')}`,
);
