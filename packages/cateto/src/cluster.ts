import { runCluster } from '@cateto/cluster';

/* Starts the binary's own programs as the processes of the system. */

const binary = process.argv[1] ?? '';

await runCluster({
  askWith: 'npx cateto client',
  openConsole: async (parts) => (await import('@cateto/console')).openClusterConsole(parts),
  commandOf: (app) => ({ cwd: process.cwd(), args: [...process.execArgv, binary, app] }),
});
