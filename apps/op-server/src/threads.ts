import type { OnEvent } from '@cateto/bus';
import type { ThreadPool } from '@cateto/bus/threads';
import { createThreadPool } from '@cateto/bus/threads';

/** The sources when they run, what was built when that does. */
const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Threads for the handlers of this program, unless there are to be none. */
export function openThreads(workers: number | 'auto', onEvent: OnEvent): ThreadPool | undefined {
  return workers === 0 ? undefined : createThreadPool({ file, workers, onEvent });
}
