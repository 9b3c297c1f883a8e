import { servers } from '../lib.mjs';

/*
 * NATS micro: an endpoint for each kind of work, in the default queue group of services. The broker passes each request
 * to one of the servers on arrival, and does not know how busy they are.
 */
export default {
  title: 'NATS micro',
  work: {
    client: new URL('client.mjs', import.meta.url).href,
    stack({ servers: count, concurrency, timeoutMs, ports: [port] }) {
      const opts = { servers: [`nats://127.0.0.1:${port}`], timeoutMs, concurrency };
      return {
        opts,
        specs: [
          { name: 'broker-0', cmd: ['nats-server', '-a', '127.0.0.1', '-p', `${port}`, '-l', '/dev/null'], port },
          ...servers(count, new URL('server.mjs', import.meta.url).href, opts),
        ],
      };
    },
  },
};
