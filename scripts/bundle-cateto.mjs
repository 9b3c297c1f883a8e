import { bundlePublished } from './bundle-published.mjs';

/*
 * `pnpm build` of the package cateto: bundles the binary, and each app's main in files of its own, which are loaded on
 * demand. The worker has a name of its own, because op-server starts it by that name.
 */

await bundlePublished({ worker: '../../apps/op-server/src/worker.ts' });
