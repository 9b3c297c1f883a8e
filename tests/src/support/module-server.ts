import { runServer } from '@cateto/app-kit';
import { serve } from '@cateto/sdk';
import { slowCatalogue, slowFormulas } from '@cateto/verification/support/slow-catalogue.ts';

/*
 * `module-server.ts op` serves an operation with a handler from a module. `module-server.ts calc` serves the formula
 * that requests it, with the same handler for fallbacks.
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
