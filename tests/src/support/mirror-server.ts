import { runServer } from '@cateto/app-kit';
import { serve } from '@cateto/sdk';
import { mirrors } from './mirror.ts';

/* Returns the bytes that it gets. */

await runServer({
  name: 'mirror-server',
  description: 'Returns what it gets.',
  settings: ['brokers'],
  start: ({ values: { brokers } }, onEvent) =>
    serve({
      catalogue: mirrors,
      brokers,
      onEvent,
      formulas: {},
      handlers: { mirror: (data) => data, next: (n) => n + 1 },
    }),
});
