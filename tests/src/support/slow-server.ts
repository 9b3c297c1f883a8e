import { runServer } from '@cateto/app-kit';
import { serve } from '@cateto/sdk';
import { slowCatalogue, slowFormulas } from '@cateto/verification/support/slow-catalogue.ts';

/*
 * A program that serves operations and formulas of its own through the SDK. Its handler tells the test that it runs,
 * and answers when the test says so. The server tells the test that it drains.
 */

const releases: (() => void)[] = [];
process.on('message', () => {
  for (const release of releases.splice(0)) release();
});

await runServer({
  name: 'slow-server',
  description: 'Serves a slow operation.',
  settings: ['brokers', 'drainMs'],
  start: ({ values: { brokers, drainMs } }, onEvent) =>
    serve({
      catalogue: slowCatalogue,
      brokers,
      drainMs,
      onEvent(noticed) {
        if (noticed.event === 'draining') process.send?.('draining');
        onEvent(noticed);
      },
      formulas: slowFormulas,
      handlers: {
        slow: (input) =>
          new Promise<number>((resolve) => {
            releases.push(() => resolve(input));
            process.send?.('running');
          }),
      },
    }),
});
