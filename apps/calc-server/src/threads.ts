import type { OnEvent } from '@cateto/bus';
import type { ThreadPool } from '@cateto/bus/threads';
import { createThreadPool } from '@cateto/bus/threads';

/** The source of the worker when this program runs from source, and the built worker when it runs built. */
const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Creates threads for the handlers of this program, unless the setting asks for none. */
export function openThreads(workers: number | 'auto', onEvent: OnEvent): ThreadPool | undefined {
  return workers === 0 ? undefined : createThreadPool({ file, workers, onEvent });
}
