import { handlers } from '@cateto/compute';
import { connect, serve } from '@cateto/sdk';

/*
 * `crowd.ts clients 100` connects so many clients that send one request each, and `crowd.ts servers 25` so many
 * op-servers, all in this process. Each is a participant with an address and connections of its own. The process says
 * `ready` when all are connected, and ends with its parent process.
 */

const [kind, count] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
await Promise.all(Array.from({ length: Number(count) }, kind === 'clients' ? idleClient : opServer));
process.send?.('ready');

/** One answer proves that the client is connected all the way. */
async function idleClient(): Promise<void> {
  const client = await connect({ timeoutMs: 60_000 });
  await client.hypotenuse(12, 13);
}

async function opServer(): Promise<void> {
  await (
    await serve({ handlers })
  ).ready;
}
