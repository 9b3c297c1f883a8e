import { loadCatalogue, participantKeys, participantKeySettings, runServer } from '@cateto/app-kit';
import { recordEvents, serveFormulas } from '@cateto/bus';
import { nodePlatform, prepareDialKeys, zeromqLink } from '@cateto/bus/node';
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
    'otel',
  ],
  async start(given, onEvent, telemetry) {
    const { brokers, operationTimeoutMs, workers, drainMs, exposeErrors } = given.values;
    const module = await loadCatalogue(given.values.catalogue, () => import('@cateto/compute'));
    const [handlers, formulas] = await Promise.all([module.handlers(), module.formulas()]);
    const keys = participantKeys(given);
    const dialKeys = keys === undefined ? undefined : await prepareDialKeys(keys, brokers);
    const recording = recordEvents({ platform: nodePlatform, onEvent, exposeErrors });
    const threads = openThreads({ file, module: module.url, workers, onEvent: recording.onEvent });
    const server = serveFormulas({
      catalogue: module.catalogue,
      formulas,
      handlers,
      threads,
      operationTimeoutMs,
      drainMs,
      exposeErrors,
      openLink: zeromqLink(brokers, dialKeys),
      platform: nodePlatform,
      onEvent,
      telemetry,
      history: recording.history,
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
