import type { Handler } from '@cateto/contracts';
import { workerData } from 'node:worker_threads';
import { loadHandlers } from './load-handlers.ts';
import type { ThreadWork } from './run-task.ts';
import { threadWork } from './run-task.ts';
import type { ThreadPool, ThreadPoolOptions } from './thread-pool.ts';
import { createThreadPool } from './thread-pool.ts';

/* Threads of a program that has handlers of its own, or is given the catalogue module of a user. */

export interface OpenThreadsOptions extends Omit<ThreadPoolOptions, 'workerData'> {
  /** The catalogue module whose handlers the threads load; undefined for the program's own. */
  readonly module: URL | undefined;
}

/** Creates threads, unless the setting asks for none. Their file exports the result of {@link programWork}. */
export function openThreads({ workers, module, ...options }: OpenThreadsOptions): ThreadPool | undefined {
  return workers === 0 ? undefined : createThreadPool({ ...options, workers, workerData: module?.href });
}

/**
 * The code of a thread of {@link openThreads}.
 *
 * @param own loads the handlers of the program
 */
export async function programWork(own: () => Promise<Readonly<Record<string, Handler>>>): Promise<ThreadWork> {
  return threadWork(typeof workerData === 'string' ? await loadHandlers(new URL(workerData)) : await own());
}
