import { loadCatalogue, participantKeys, participantKeySettings, runServer } from '@cateto/app-kit';
import { prepareDialKeys, serveFormulas, zeromqLink } from '@cateto/bus';
import { openThreads } from '@cateto/bus/threads';

/** The source of the worker when this program runs from source, and the built worker when it runs built. */
const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

await runServer({
  name: 'calc-server',
  description: 'Serves formulas to clients: requests operations from op-servers and combines their results.',
  settings: [
    'brokers',
    ...participantKeySettings,
    'catalogue',
    'operationTimeoutMs',
    'workers',
    'drainMs',
    'exposeErrors',
  ],
  async start(given, onEvent) {
    const { brokers, operationTimeoutMs, workers, drainMs, exposeErrors } = given.values;
    const module = await loadCatalogue(given.values.catalogue, () => import('@cateto/compute'));
    const [handlers, formulas] = await Promise.all([module.handlers(), module.formulas()]);
    const keys = participantKeys(given);
    const dialKeys = keys === undefined ? undefined : await prepareDialKeys(keys, brokers);
    const threads = openThreads({ file, module: module.url, workers, onEvent });
    const server = serveFormulas({
      catalogue: module.catalogue,
      formulas,
      handlers,
      threads,
      operationTimeoutMs,
      drainMs,
      exposeErrors,
      openLink: zeromqLink(brokers, dialKeys),
      onEvent,
    });
    return {
      notReady: server.notReady,
      metrics: server.metrics,
      async drain() {
        await server.drain();
        await threads?.close();
      },
    };
  },
});
