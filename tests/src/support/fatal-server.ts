import { runServer } from '@cateto/app-kit';
import { serve } from '@cateto/sdk';
import { fatalInput, slowCatalogue, slowFormulas } from './slow-catalogue.ts';

/* `fatal-server.ts op` serves an operation that ends its process at one input, `fatal-server.ts calc` the formula that asks for it. */

const [kind] = process.argv.splice(2, 1);

function slow(input: number): number {
  if (input === fatalInput) process.exit(13);
  return input;
}

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
