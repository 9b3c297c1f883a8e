import { loadCatalogue, runServer } from '@cateto/app-kit';
import { serveFormulas, zeromqLink } from '@cateto/bus';
import { openThreads } from './threads.ts';

await runServer({
  name: 'calc-server',
  description: 'Serves formulas to clients: requests operations from op-servers and combines their results.',
  settings: ['brokers', 'catalogue', 'operationTimeoutMs', 'workers', 'drainMs', 'exposeErrors'],
  async start({ values: { brokers, catalogue: given, operationTimeoutMs, workers, drainMs, exposeErrors } }, onEvent) {
    const module = await loadCatalogue(given, () => import('@cateto/compute'));
    const [handlers, formulas] = await Promise.all([module.handlers(), module.formulas()]);
    const threads = openThreads(workers, module.url, onEvent);
    const server = serveFormulas({
      catalogue: module.catalogue,
      formulas,
      handlers,
      threads,
      operationTimeoutMs,
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
