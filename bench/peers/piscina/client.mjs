import { Piscina } from 'piscina';

export async function connect({ threads, concurrency }) {
  const pool = new Piscina({
    filename: new URL('worker.mjs', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: concurrency,
  });
  return {
    call: async (kind, item, amount) => ({ value: await pool.run({ kind, item, amount }) }),
    close: () => pool.destroy(),
  };
}
