import { runCluster } from '@cateto/cluster';

/* `pnpm cluster`: a whole system of this workspace, with a console if that is wanted. */

await runCluster({
  askWith: 'pnpm calc',
  openConsole: async (parts) => (await import('./open-cluster-console.ts')).openClusterConsole(parts),
});
