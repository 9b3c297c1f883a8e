import { defineCatalogue, exposed, operation } from '@cateto/contracts';
import type { BusEvent } from '@cateto/bus';
import { connect, serve } from '@cateto/sdk';
import { endpointsOf } from '@cateto/verification/support/endpoints.ts';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { SlowLinkOptions } from './slow-link.ts';
import { createSlowLink } from './slow-link.ts';
import { system } from './system.ts';

const echo = operation({
  name: 'echo',
  description: 'The same text.',
  input: z.string(),
  output: z.string(),
  example: { input: 'a', output: 'a' },
});
export const echoing = defineCatalogue({ operations: { echo }, formulas: { echo: exposed(echo) } });

/** Two brokers, and behind a link to them a server; the client is beside the brokers. All end with the test. */
export async function behindLink(options: SlowLinkOptions) {
  const cluster = await system({ initially: ['broker', 'backup'] });
  const { brokers } = cluster;
  // The near end of the link accepts connections before the brokers do.
  await Promise.all(['broker', 'backup'].map((name) => cluster.get(name).waitFor('ready')));
  const link = createSlowLink(options);
  onTestFinished(() => link.close());
  const far = await Promise.all(
    endpointsOf(brokers).map(async ({ publishPort, subscribePort, heartbeatPort }) => {
      const ports = [publishPort, subscribePort, heartbeatPort];
      return ['127.0.0.1', ...(await Promise.all(ports.map((port) => link.to(port))))].join(':');
    }),
  );
  const events: BusEvent[] = [];
  let runs = 0;
  const server = await serve({
    catalogue: echoing,
    brokers: far.join(','),
    formulas: {},
    handlers: {
      echo(text) {
        runs += 1;
        return text;
      },
    },
    onEvent: (event) => void events.push(event),
  });
  onTestFinished(() => server.close());
  const client = await connect({ catalogue: echoing, brokers, timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  return {
    client,
    runs: () => runs,
    /** How often the link broke again and again. */
    unstable: () => events.filter(({ event }) => event === 'link-unstable'),
    /** How many connections were established to the brokers so far. */
    connections: () =>
      endpointsOf(brokers)
        .flatMap(({ publishPort, subscribePort }) => [publishPort, subscribePort])
        .reduce((sum, port) => sum + link.connections(port), 0),
  };
}
