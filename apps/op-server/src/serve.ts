import { runServer } from '@cateto/app-kit';
import type { BusEvent } from '@cateto/bus';
import { serveOperations, zeromqLink } from '@cateto/bus';
import { handlers } from '@cateto/compute';
import { calculator } from '@cateto/contracts';

await runServer({
  name: 'op-server',
  description: 'Serves operations on lanes.',
  settings: ['brokers', 'operations', 'lanes', 'workers', 'exposeErrors'],
  async start(given, onEvent) {
    const { brokers, operations, lanes, workers, exposeErrors } = given.values;
    const known = Object.keys(calculator.operations);
    const unknown = operations === 'all' ? undefined : operations.find((name) => !known.includes(name));
    if (unknown !== undefined) throw given.fault('operations', `"${unknown}" is not one of ${known.join(', ')}`);
    const pool = workers === 0 ? undefined : await startWorkers(workers, onEvent);
    const server = serveOperations({
      catalogue: calculator,
      handlers,
      threads: pool,
      operations,
      lanes,
      exposeErrors,
      openLink: zeromqLink(brokers),
      onEvent,
    });
    return {
      async drain() {
        await server.drain();
        await pool?.close();
      },
    };
  },
});

/** Without threads their library is not loaded: the server starts sooner. */
async function startWorkers(workers: number, onEvent: (event: BusEvent) => void) {
  const { workerHandlers } = await import('./worker-handlers.ts');
  return workerHandlers(workers, onEvent);
}
