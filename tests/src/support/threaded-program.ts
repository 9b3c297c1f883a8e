import { connect, serve } from '@cateto/sdk';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { slowCatalogue, slowFormulas } from '@cateto/verification/support/slow-catalogue.ts';

/*
 * `threaded-program.ts <how> <brokers>` serves on its main thread and in a worker thread, which ends in one way or
 * another. It prints on stdout how the thread ended and what its main thread answers after that, and ends by itself.
 */

const [how = '', brokers = ''] = isMainThread ? process.argv.slice(2) : (workerData as readonly string[]);

const catalogue = slowCatalogue;
const handlers = { slow: (input: number) => input };
const service = await serve({ catalogue, handlers, formulas: slowFormulas, brokers });
const client = await connect({ catalogue, brokers, timeoutMs: 30_000 });
await service.ready;
const { value } = await client.patience(1);

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: [how, brokers] });
  worker.on('message', () => void worker.terminate());
  const error = new Promise<string>((resolve) => worker.once('error', ({ message }) => resolve(message)));
  const code = await new Promise<number>((resolve) => worker.once('exit', resolve));
  const thrown = how === 'throw' ? await error : '';
  const after = await client.patience(2);
  process.stdout.write(JSON.stringify({ code, thrown, before: value, after: after.value }));
  await client.close();
  await service.close();
} else {
  // The thread may end while its sockets are in use.
  void client.status({ waitMs: 60_000 }).catch(() => undefined);
  client.watch(() => undefined);
  if (how === 'close') await Promise.all([client.close(), service.drain()]);
  if (how === 'terminate') parentPort?.postMessage('served', []);
  if (how === 'exit') process.exit(3);
  if (how === 'throw')
    setImmediate(() => {
      throw new Error('thrown in a thread');
    });
}
