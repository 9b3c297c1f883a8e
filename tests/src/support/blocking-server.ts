import { runServer } from '@cateto/app-kit';
import { serve } from '@cateto/sdk';
import { slowCatalogue, slowFormulas } from '@cateto/verification/support/slow-catalogue.ts';

/* `blocking-server.ts 500` serves an operation that blocks its thread for 500 ms, and a formula that requests it. */

const [takesMs] = process.argv.splice(2, 1);
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

await runServer({
  name: 'blocking-server',
  description: 'Serves an operation that blocks.',
  settings: ['brokers'],
  start: ({ values: { brokers } }, onEvent) =>
    serve({
      catalogue: slowCatalogue,
      brokers,
      onEvent,
      formulas: slowFormulas,
      handlers: {
        slow(input) {
          Atomics.wait(nobodyWakes, 0, 0, Number(takesMs));
          return input;
        },
      },
    }),
});
