import type { BusEvent } from '@cateto/bus';
import { serveFormulas, serveOperations } from '@cateto/bus';
import { nodePlatform, zeromqLink } from '@cateto/bus/node';
import { createThreadPool } from '@cateto/bus/threads';
import { parseBrokers } from '@cateto/contracts';
import { workCatalogue, workFormulas } from './catalogue.ts';
import { workHandlers } from './handlers.ts';

/*
 * A server of Cateto in the suite `work`: operations and formulas in one process, as `serve()` starts them. With
 * threads, operations run as in an op-server with `--workers`. The server ends with the bench.
 */

interface ServerOptions {
  readonly brokers: string;
  readonly threads: number;
  readonly concurrency: number;
}

const { brokers, threads, concurrency } = JSON.parse(process.env['PEER_OPTS'] ?? '{}') as ServerOptions;
process.on('disconnect', () => process.exit());

const endpoints = parseBrokers(brokers);
if (endpoints instanceof Error) throw endpoints;
const shared = {
  catalogue: workCatalogue,
  handlers: {
    burn: ([item, rounds]: [number, number]) => workHandlers.burn(item, rounds),
    pause: ([item, ms]: [number, number]) => workHandlers.pause(item, ms),
  },
  openLink: zeromqLink(endpoints),
  platform: nodePlatform,
};
const pool =
  threads === 0
    ? undefined
    : createThreadPool({ file: new URL('worker.js', import.meta.url), workers: threads, onEvent: complain });

await Promise.all([
  listening((onEvent) =>
    serveOperations({ ...shared, threads: pool, concurrency, operations: 'all', lanes: 'all', onEvent }),
  ),
  listening((onEvent) => serveFormulas({ ...shared, formulas: workFormulas, operationTimeoutMs: 2_000, onEvent })),
]);
process.send?.('ready');

/** The handlers of the suite log nothing, so every event of a thread is a fault. */
function complain(event: BusEvent): void {
  process.stderr.write(`${JSON.stringify(event)}\n`);
}

function listening(serve: (onEvent: (event: BusEvent) => void) => unknown): Promise<void> {
  return new Promise((resolve) => {
    serve(({ event }) => {
      if (event === 'ready') resolve();
    });
  });
}
