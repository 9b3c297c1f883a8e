import { runCluster } from '@cateto/cluster';

/* Starts the binary's own programs as the processes of the system. */

const binary = process.argv[1] ?? '';

await runCluster({
  askWith: 'npx cateto client',
  commandOf: (app) => ({ cwd: process.cwd(), args: [...process.execArgv, binary, app] }),
});
