import { workerData } from 'node:worker_threads';
import { loadHandlers } from './load-handlers.ts';
import type { ThreadWork } from './run-task.ts';
import { threadWork } from './run-task.ts';

/* The file of a thread that runs the handlers of a module; it is started with the module's URL. */

const work: ThreadWork = threadWork(await loadHandlers(new URL(workerData as string)));

export default work;
