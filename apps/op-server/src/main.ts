import { runServer } from '@cateto/app-kit';
import { serveOperations, zeromqLink } from '@cateto/bus';
import { handlers } from '@cateto/compute';
import { calculator } from '@cateto/contracts';
import { workerHandlers } from './worker-handlers.ts';

await runServer({
  name: 'op-server',
  description: 'Serves operations on lanes.',
  settings: ['brokers', 'operations', 'lanes', 'workers'],
  start(given, onEvent) {
    const { brokers, operations, lanes, workers } = given.values;
    const known = Object.keys(calculator.operations);
    const unknown = operations === 'all' ? undefined : operations.find((name) => !known.includes(name));
    if (unknown !== undefined) throw given.fault('operations', `"${unknown}" is not one of ${known.join(', ')}`);
    const pool = workers === 0 ? undefined : workerHandlers(calculator, workers);
    const server = serveOperations({
      catalogue: calculator,
      handlers: pool?.handlers ?? handlers,
      operations,
      lanes,
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
