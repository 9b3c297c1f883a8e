import { servers } from '../lib.mjs';

/*
 * BullMQ on Redis: a queue for each kind of work. Workers fetch a job when they have room, so no job waits at a busy
 * worker. The check for stalled jobs, by default every 30 s, finds the jobs of a killed worker. Like Cateto, Redis keeps
 * nothing on disk here.
 */
export default {
  title: 'BullMQ',
  work: {
    client: new URL('client.mjs', import.meta.url).href,
    stack({ servers: count, concurrency, timeoutMs, ports: [port] }) {
      const opts = { redis: { host: '127.0.0.1', port }, timeoutMs, concurrency };
      const settings = ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no'];
      return {
        opts,
        specs: [
          { name: 'broker-0', cmd: ['redis-server', ...settings, '--logfile', '/dev/null'], port },
          ...servers(count, new URL('server.mjs', import.meta.url).href, opts),
        ],
      };
    },
  },
};
