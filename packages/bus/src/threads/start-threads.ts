import { textOf } from '@cateto/contracts';
import type { Piscina } from 'piscina';
import type { OnEvent } from '../participant/events.ts';
import { sharedNowMs } from './thread-context.ts';
import type { Begun, LoggedLine, ThreadTask, Worked } from './thread-task.ts';

export interface StartThreads {
  readonly file: URL;
  readonly workerData: unknown;
  readonly count: number;
  readonly onEvent: OnEvent;
  /** The handler of a task with a limit begins; the number identifies the limit. */
  readonly onBegun: (run: number) => void;
}

/** For threads that run from the sources of this repository. */
const fromSource = ['--conditions=@cateto/source', '--import', new URL('./from-source.mjs', import.meta.url).href];

/** No operation has this name. A thread that has loaded its file answers that it has no handler for it. */
const probe: Omit<ThreadTask, 'deadlineMs'> = { operation: '', input: null, id: '', attempt: 1 };

/**
 * Starts threads. The library is loaded only now, so that a server without threads starts sooner.
 *
 * @throws Error when a thread cannot load its file
 */
export async function startThreads({
  file,
  workerData,
  count,
  onEvent,
  onBegun,
}: StartThreads): Promise<Piscina<ThreadTask, Worked>> {
  const { Piscina: Pool } = await import('piscina');
  const pool = new Pool<ThreadTask, Worked>({
    filename: file.href,
    workerData,
    ...(file.pathname.endsWith('.ts') ? { execArgv: fromSource } : {}),
    minThreads: count,
    maxThreads: count,
    // The pool never gets more tasks than this.
    maxQueue: count + 1,
    // A thread that waits for work must continue to serve its own connections.
    atomics: 'disabled',
  });
  /** A thread that cannot load its file ends, and so does its replacement. Tasks given to them would wait for ever. */
  const failing = new Promise<never>((_resolve, reject) => void pool.once('error', reject));
  try {
    await Promise.race([pool.run({ ...probe, deadlineMs: sharedNowMs() }), failing]);
  } catch (error) {
    await pool.destroy();
    throw error;
  }
  pool.on('message', (said: LoggedLine | Begun) => {
    if ('begun' in said) onBegun(said.begun);
    else onEvent({ event: 'handler-log', ...said });
  });
  // Code that a handler left behind has thrown after the request was answered.
  pool.on('error', (error: unknown) => onEvent({ event: 'thread-failed', cause: textOf(error) }));
  // From now on, no caller handles its rejection.
  failing.catch(() => undefined);
  return pool;
}
