import { workerData } from 'node:worker_threads';
import { loadHandlers } from './load-handlers.ts';
import type { ThreadWork } from './run-task.ts';
import { threadWork } from './run-task.ts';

/* A thread for the handlers of a module, whose address it is started with. */

const work: ThreadWork = threadWork(await loadHandlers(new URL(workerData as string)));

export default work;
