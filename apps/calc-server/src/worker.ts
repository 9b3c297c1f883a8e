import type { ThreadWork } from '@cateto/bus/threads';
import { loadHandlers, threadWork } from '@cateto/bus/threads';
import { workerData } from 'node:worker_threads';

/* The code that each thread runs, with the handlers of the catalogue module whose URL it is given, or the program's own. */

const handlers =
  typeof workerData === 'string' ? await loadHandlers(new URL(workerData)) : (await import('@cateto/compute')).handlers;
const work: ThreadWork = threadWork(handlers);

export default work;
