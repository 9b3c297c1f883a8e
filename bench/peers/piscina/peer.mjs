/*
 * Bare Piscina: a pool of threads in the client's process, one for each server that other systems have. No network and no second
 * process: the time that the work itself takes on this machine. Tasks wait in one queue, and none has a deadline.
 */
export default {
  title: 'Piscina',
  work: {
    client: new URL('client.mjs', import.meta.url).href,
    inClient: true,
    stack: ({ servers, concurrency }) => ({ specs: [], opts: { threads: servers, concurrency } }),
  },
};
