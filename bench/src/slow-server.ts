import { runServer } from '@cateto/app-kit';
import { serveFormulas, serveOperations } from '@cateto/bus';
import { nodePlatform, zeromqLink } from '@cateto/bus/node';
import { slowCatalogue, slowFormulas } from '@cateto/verification/support/slow-catalogue.ts';
import { slowHandlers } from './slow-handlers.ts';

/*
 * `slow-server.ts operations 5` serves the slow operation, at 5 ms each. `formulas 5` requests it, and falls back to
 * the same.
 */

const [serves, takesMs] = process.argv.splice(2, 2);

await runServer({
  name: 'slow-server',
  description: 'Serves an operation that takes its time, or the formula that asks for it.',
  settings: ['brokers'],
  start({ values: { brokers } }, onEvent) {
    const shared = {
      catalogue: slowCatalogue,
      handlers: slowHandlers(Number(takesMs)),
      openLink: zeromqLink(brokers),
      platform: nodePlatform,
      onEvent,
    };
    return serves === 'operations'
      ? serveOperations({ ...shared, operations: 'all', lanes: 'all' })
      : serveFormulas({ ...shared, formulas: slowFormulas, operationTimeoutMs: 2_000 });
  },
});
