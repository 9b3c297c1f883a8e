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
  /** The handler of a task with a limit begins; the number is its limit's. */
  readonly onBegun: (run: number) => void;
}

/** For threads that run from the sources of this repository. */
const fromSource = ['--conditions=@cateto/source', '--import', new URL('./from-source.mjs', import.meta.url).href];

/** No operation is called so: a thread that has loaded its file answers that it has no handler for it. */
const probe: Omit<ThreadTask, 'deadlineMs'> = { operation: '', input: null, id: '', attempt: 1 };

/**
 * Starts threads. Their library is loaded now, so that a server without threads starts sooner.
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
    // No more is ever given to it.
    maxQueue: count + 1,
    // A thread that waits for work goes on answering its own connections.
    atomics: 'disabled',
  });
  /** A thread that cannot load its file ends, and so does the one in its place; what was asked of it waits for ever. */
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
  // What a handler left behind threw after its request was answered.
  pool.on('error', (error: unknown) => onEvent({ event: 'thread-failed', cause: textOf(error) }));
  // From now on its rejection would be nobody's.
  failing.catch(() => undefined);
  return pool;
}
