import { loadCatalogue, participantKeys, participantKeySettings, runServer } from '@cateto/app-kit';
import { recordEvents, serveOperations } from '@cateto/bus';
import { nodePlatform, prepareDialKeys, zeromqLink } from '@cateto/bus/node';
import { openThreads } from '@cateto/bus/threads';

/** The source of the worker when this program runs from source, and the built worker when it runs built. */
const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

await runServer({
  name: 'op-server',
  description: 'Serves operations to calc-servers.',
  settings: [
    'brokers',
    ...participantKeySettings,
    'catalogue',
    'operations',
    'lanes',
    'workers',
    'drainMs',
    'concurrency',
    'exposeErrors',
    'otel',
  ],
  async start(given, onEvent, telemetry) {
    const { brokers, operations, lanes, workers, drainMs, concurrency, exposeErrors } = given.values;
    const module = await loadCatalogue(given.values.catalogue, () => import('@cateto/compute'));
    const known = Object.keys(module.catalogue.operations);
    const unknown = operations === 'all' ? undefined : operations.find((name) => !known.includes(name));
    if (unknown !== undefined) throw given.fault('operations', `"${unknown}" is not one of ${known.join(', ')}`);
    const handlers = await module.handlers();
    const keys = participantKeys(given);
    const dialKeys = keys === undefined ? undefined : await prepareDialKeys(keys, brokers);
    const recording = recordEvents({ platform: nodePlatform, onEvent, exposeErrors });
    const threads = openThreads({ file, module: module.url, workers, onEvent: recording.onEvent });
    // With a number, every handler runs in threads, so they have to load.
    if (workers !== 'auto') await threads?.start();
    const server = serveOperations({
      catalogue: module.catalogue,
      handlers,
      threads,
      operations,
      lanes,
      concurrency,
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
