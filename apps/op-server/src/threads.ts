import type { OnEvent } from '@cateto/bus';
import type { ThreadPool } from '@cateto/bus/threads';
import { createThreadPool } from '@cateto/bus/threads';

/** The sources when they run, what was built when that does. */
const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Threads for the handlers of this program, unless there are to be none. Those asked for by number have started. */
export async function openThreads(workers: number | 'auto', onEvent: OnEvent): Promise<ThreadPool | undefined> {
  if (workers === 0) return undefined;
  const threads = createThreadPool({ file, workers, onEvent });
  if (workers !== 'auto') await threads.start();
  return threads;
}
