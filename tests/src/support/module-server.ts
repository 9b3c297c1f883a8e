import { runServer } from '@cateto/app-kit';
import { serve } from '@cateto/sdk';
import { slowCatalogue, slowFormulas } from './slow-catalogue.ts';

/*
 * `module-server.ts op` serves an operation whose handler is a module's, `module-server.ts calc` the formula that asks for it, with that
 * handler to fall back to.
 */

const [kind] = process.argv.splice(2, 1);

await runServer({
  name: `module-${kind ?? ''}-server`,
  description: 'Serves handlers of a module.',
  settings: ['brokers', 'workers'],
  start: ({ values: { brokers, workers } }, onEvent) =>
    serve({
      catalogue: slowCatalogue,
      brokers,
      workers,
      onEvent,
      module: new URL('./slow-handlers.ts', import.meta.url),
      ...(kind === 'calc' ? { formulas: slowFormulas, operations: [] } : {}),
    }),
});
