import { runServer } from '@cateto/app-kit';
import { serveFormulas, zeromqLink } from '@cateto/bus';
import { formulaCodes, handlers } from '@cateto/compute';
import { calculator } from '@cateto/contracts';
import { openThreads } from './threads.ts';

await runServer({
  name: 'calc-server',
  description: 'Serves formulas to clients: requests operations from op-servers and combines their results.',
  settings: ['brokers', 'operationTimeoutMs', 'workers', 'drainMs', 'exposeErrors'],
  start({ values: { brokers, operationTimeoutMs, workers, drainMs, exposeErrors } }, onEvent) {
    const threads = openThreads(workers, onEvent);
    const server = serveFormulas({
      catalogue: calculator,
      formulas: formulaCodes,
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
