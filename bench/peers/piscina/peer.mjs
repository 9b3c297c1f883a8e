/*
 * Piscina alone: a pool of threads in the client's process, one for each server of the other systems. Without a network
 * and a second process, it measures the time of the work itself on this machine. Tasks wait in one queue without a
 * deadline.
 */
export default {
  title: 'Piscina',
  work: {
    client: new URL('client.mjs', import.meta.url).href,
    inClient: true,
    stack: ({ servers, concurrency }) => ({ specs: [], opts: { threads: servers, concurrency } }),
  },
};
