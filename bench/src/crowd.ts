import { handlers } from '@cateto/compute';
import { connect, serve } from '@cateto/sdk';

/*
 * `crowd.ts clients 100` connects so many clients that ask nothing more than once, `crowd.ts servers 25` so many op-servers, all in
 * this process; each is a participant with an address and connections of its own. It says `ready` when all are there, and
 * ends when whoever started it is gone.
 */

const [kind, count] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
await Promise.all(Array.from({ length: Number(count) }, kind === 'clients' ? idleClient : opServer));
process.send?.('ready');

/** Its one answer proves that it is connected all the way. */
async function idleClient(): Promise<void> {
  const client = await connect({ timeoutMs: 60_000 });
  await client.hypotenuse(12, 13);
}

async function opServer(): Promise<void> {
  await (
    await serve({ handlers })
  ).ready;
}
