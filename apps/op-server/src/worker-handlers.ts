import type { Catalogue, Handler, HandlersOf } from '@cateto/contracts';
import { failure } from '@cateto/contracts';
import { Piscina } from 'piscina';
import type { Worked, WorkerTask } from './worker-task.ts';

/** Handlers that run in threads of their own. */
export interface WorkerHandlers<C extends Catalogue> {
  readonly handlers: HandlersOf<C>;
  /** As many as keep every thread busy: one in it, and one that is there when it is done. What waits longer waits in the server. */
  readonly runningMax: number;
  /** Ends the threads, with whatever they still run. */
  close(): Promise<void>;
}

/** The sources when they run, what was built when that does. */
const fromSource = import.meta.url.endsWith('.ts');
const workerFile = new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url);
const sourceFlags = { execArgv: ['--conditions=@cateto/source', '--import', 'tsx'] };

/** Runs every operation of a catalogue in worker threads, so that one that blocks does not stop the server's loop. */
export function workerHandlers<C extends Catalogue>(catalogue: C, workers: number): WorkerHandlers<C> {
  const pool = new Piscina<WorkerTask, Worked>({
    filename: workerFile.href,
    ...(fromSource ? sourceFlags : {}),
    minThreads: workers,
    maxThreads: workers,
    // No more is ever given to it.
    maxQueue: workers,
  });

  const handlerOf =
    (operation: string): Handler =>
    async (input) => {
      const worked = await pool.run({ operation, input });
      return 'code' in worked ? failure(worked.code, worked.message) : worked.output;
    };

  const names = Object.keys(catalogue.operations);
  return {
    handlers: Object.fromEntries(names.map((name) => [name, handlerOf(name)])) as HandlersOf<C>,
    runningMax: 2 * workers,
    close: () => pool.destroy(),
  };
}
