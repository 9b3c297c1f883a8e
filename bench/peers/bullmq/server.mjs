import process from 'node:process';
import { Worker } from 'bullmq';
import { workHandlers } from '../../dist/work/handlers.js';
import { opts, ready } from '../lib.mjs';

const connection = { ...opts.redis, maxRetriesPerRequest: null };
for (const [kind, handler] of Object.entries(workHandlers)) {
  const { concurrency } = opts;
  const worker = new Worker(kind, async ({ data: [item, amount] }) => handler(item, amount), {
    connection,
    concurrency,
  });
  worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await worker.waitUntilReady();
}
ready();
