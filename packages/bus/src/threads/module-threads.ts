import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ThreadPool, ThreadPoolOptions } from './thread-pool.ts';
import { createThreadPool } from './thread-pool.ts';

/** The source file when running from source, otherwise the built file. */
const file = new URL(import.meta.url.endsWith('.ts') ? './module-thread.ts' : './module-thread.js', import.meta.url);

/**
 * Threads that run the handlers of a module.
 *
 * @throws Error in a bundle: it is a single file, and a thread needs a file of its own
 */
export function moduleThreads(module: URL, options: Pick<ThreadPoolOptions, 'workers' | 'onEvent'>): ThreadPool {
  if (!existsSync(fileURLToPath(file))) {
    throw new Error(`threads need ${file.href}: leave @cateto/bus outside of the bundle, or give workers: 0`);
  }
  return createThreadPool({ ...options, file, workerData: module.href });
}
