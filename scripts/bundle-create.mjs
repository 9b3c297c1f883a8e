import { bundlePublished } from './bundle-published.mjs';

/* `pnpm build` of the package create-cateto. */

await bundlePublished();
