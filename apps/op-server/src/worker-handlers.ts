import type { BusEvent, HandlerThreads } from '@cateto/bus';
import { failure, limits } from '@cateto/contracts';
import { EventEmitter } from 'node:events';
import { Piscina } from 'piscina';
import { sharedNowMs } from './thread-context.ts';
import type { LoggedLine, Thrown, Worked, WorkerTask } from './worker-task.ts';

export interface WorkerHandlers extends HandlerThreads {
  /** Ends the threads, with whatever they still run. */
  close(): Promise<void>;
}

/** The sources when they run, what was built when that does. */
const fromSource = import.meta.url.endsWith('.ts');
const workerFile = new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url);
const sourceFlags = { execArgv: ['--conditions=@cateto/source', '--import', 'tsx'] };

/**
 * Runs handlers in worker threads. At the deadline of its request a handler's signal aborts, in its thread. One that has not answered a
 * second later, or that ends its thread, costs that thread only, and there is a new one at once: else a few such requests would
 * take all threads for good.
 *
 * @param workers how many threads
 * @param onEvent what handlers log
 * @param file what each of them runs
 */
export function workerHandlers(
  workers: number,
  onEvent: (event: BusEvent) => void,
  file: URL = workerFile,
): WorkerHandlers {
  const pool = new Piscina<WorkerTask, Worked>({
    filename: file.href,
    ...(fromSource ? sourceFlags : {}),
    minThreads: workers,
    maxThreads: workers,
    // No more is ever given to it.
    maxQueue: workers,
  });

  pool.on('message', (line: LoggedLine) => onEvent({ event: 'handler-log', ...line }));

  let running = 0;

  return {
    // As many as keep every thread busy: one in it, and one that is there when it is done. What waits longer waits in the server.
    runningMax: 2 * workers,
    async run(operation, input, { leftMs: withinMs, id }) {
      // An AbortSignal with a timeout costs 20 us, a third of a whole task.
      const signal = new EventEmitter();
      const overdue = setTimeout(() => signal.emit('abort'), withinMs + limits.handlerGraceMs);
      const deadlineMs = sharedNowMs() + withinMs;
      running += 1;
      try {
        const worked = await pool.run({ operation, input, deadlineMs, id }, { signal });
        if ('thrown' in worked) throw asError(worked.thrown);
        return 'code' in worked ? failure(worked.code, worked.message) : worked.output;
      } finally {
        running -= 1;
        clearTimeout(overdue);
      }
    },
    inUse: () => ({ threads: workers, threadsBusy: Math.min(running, workers) }),
    close: () => pool.destroy(),
  };
}

/** With the stack of the thread in which it was thrown. */
function asError({ name, message, stack }: Thrown): Error {
  return Object.assign(new Error(message), { name, stack });
}
