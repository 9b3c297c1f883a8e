import { loadCatalogue, runServer } from '@cateto/app-kit';
import { serveOperations, zeromqLink } from '@cateto/bus';
import { openThreads } from './threads.ts';

await runServer({
  name: 'op-server',
  description: 'Serves operations to calc-servers.',
  settings: ['brokers', 'catalogue', 'operations', 'lanes', 'workers', 'drainMs', 'concurrency', 'exposeErrors'],
  async start(given, onEvent) {
    const { brokers, operations, lanes, workers, drainMs, concurrency, exposeErrors } = given.values;
    const module = await loadCatalogue(given.values.catalogue, () => import('@cateto/compute'));
    const known = Object.keys(module.catalogue.operations);
    const unknown = operations === 'all' ? undefined : operations.find((name) => !known.includes(name));
    if (unknown !== undefined) throw given.fault('operations', `"${unknown}" is not one of ${known.join(', ')}`);
    const handlers = await module.handlers();
    const threads = await openThreads(workers, module.url, onEvent);
    const server = serveOperations({
      catalogue: module.catalogue,
      handlers,
      threads,
      operations,
      lanes,
      concurrency,
      drainMs,
      exposeErrors,
      openLink: zeromqLink(brokers),
      onEvent,
    });
    return {
      async drain() {
        await server.drain();
        await threads?.close();
      },
    };
  },
});
