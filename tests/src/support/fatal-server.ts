import { runServer } from '@cateto/app-kit';
import { serve } from '@cateto/sdk';
import { isMainThread, Worker } from 'node:worker_threads';
import { fatalInput, slowCatalogue, slowFormulas } from '@cateto/verification/support/slow-catalogue.ts';

/*
 * `fatal-server.ts op` serves an operation that ends its process at one input, `fatal-server.ts thread` does so in a
 * worker thread, and `fatal-server.ts calc` serves the formula that requests it.
 */

const [kind] = process.argv.splice(2, 1);

function slow(input: number): number {
  if (input === fatalInput) process.exit(13);
  return input;
}

if (kind === 'thread' && isMainThread) {
  const thread = new Worker(new URL(import.meta.url), { argv: [kind, ...process.argv.slice(2)] });
  thread.once('exit', (code) => process.exit(code));
} else {
  await start();
}

async function start(): Promise<void> {
  await runServer({
    name: `fatal-${kind ?? ''}-server`,
    description: 'Serves an operation that ends its process.',
    settings: ['brokers'],
    start: ({ values: { brokers } }, onEvent) =>
      serve(
        kind === 'calc'
          ? { catalogue: slowCatalogue, brokers, onEvent, formulas: slowFormulas, handlers: { slow }, operations: [] }
          : { catalogue: slowCatalogue, brokers, onEvent, handlers: { slow } },
      ),
  });
}
