import { Svcm } from '@nats-io/services';
import { connect } from '@nats-io/transport-node';
import { limited, workHandlers } from '../../dist/work/handlers.js';
import { opts, ready } from '../lib.mjs';

const connection = await connect({ servers: opts.servers, maxReconnectAttempts: -1 });
const service = await new Svcm(connection).add({ name: 'work', version: '1.0.0', description: 'work that takes time' });
// NATS micro does not limit how many handlers run at once; this server does it as a user's program would.
const handlers = { burn: workHandlers.burn, pause: limited(opts.concurrency, workHandlers.pause) };
for (const [kind, handler] of Object.entries(handlers)) {
  service.addEndpoint(kind, {
    subject: `work.${kind}`,
    async handler(error, message) {
      if (error) return;
      try {
        const [item, amount] = message.json();
        message.respond(JSON.stringify(await handler(item, amount)));
      } catch (failed) {
        message.respondError(500, failed.message);
      }
    },
  });
}
await connection.flush();
ready();
