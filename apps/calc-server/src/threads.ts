import type { OnEvent } from '@cateto/bus';
import type { ThreadPool } from '@cateto/bus/threads';
import { createThreadPool } from '@cateto/bus/threads';

/** The source of the worker when this program runs from source, and the built worker when it runs built. */
const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Creates threads for the handlers of this program, unless the setting asks for none. They load the handlers
 * of the given catalogue module, or else the program's own. */
export function openThreads(
  workers: number | 'auto',
  module: URL | undefined,
  onEvent: OnEvent,
): ThreadPool | undefined {
  return workers === 0 ? undefined : createThreadPool({ file, workerData: module?.href, workers, onEvent });
}
