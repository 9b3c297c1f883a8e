import { runServer } from '@cateto/app-kit';
import { serveOperations, zeromqLink } from '@cateto/bus';
import { handlers } from '@cateto/compute';
import { calculator } from '@cateto/contracts';
import { openThreads } from './threads.ts';

await runServer({
  name: 'op-server',
  description: 'Serves operations to calc-servers.',
  settings: ['brokers', 'operations', 'lanes', 'workers', 'drainMs', 'concurrency', 'exposeErrors'],
  async start(given, onEvent) {
    const { brokers, operations, lanes, workers, drainMs, concurrency, exposeErrors } = given.values;
    const known = Object.keys(calculator.operations);
    const unknown = operations === 'all' ? undefined : operations.find((name) => !known.includes(name));
    if (unknown !== undefined) throw given.fault('operations', `"${unknown}" is not one of ${known.join(', ')}`);
    const threads = await openThreads(workers, onEvent);
    const server = serveOperations({
      catalogue: calculator,
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
