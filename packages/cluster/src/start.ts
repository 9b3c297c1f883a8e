import { runCluster } from './run-cluster.ts';

/* `pnpm cluster`: a whole system of this workspace. */

await runCluster({ askWith: 'pnpm calc' });
