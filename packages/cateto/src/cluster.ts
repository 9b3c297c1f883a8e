import { runCluster } from '@cateto/cluster';

/* The processes of the system are this binary's own programs. */

const binary = process.argv[1] ?? '';

await runCluster({
  askWith: 'npx cateto client',
  commandOf: (app) => ({ cwd: process.cwd(), args: [...process.execArgv, binary, app] }),
});
