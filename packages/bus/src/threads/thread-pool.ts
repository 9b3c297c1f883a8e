import { failure, limits, textOf } from '@cateto/contracts';
import { EventEmitter } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Piscina } from 'piscina';
import type { OnEvent } from '../participant/events.ts';
import { readShareBy } from '../runs/request-context.ts';
import { Overrun } from '../runs/run-limits.ts';
import { timers } from '@cateto/zmtp/timers';
import type { HandlerThreads, Ran } from '../runs/handler-threads.ts';
import { createProcessorTime } from './processor-time.ts';
import { startThreads } from './start-threads.ts';
import { sharedNowMs } from './thread-context.ts';
import type { ThreadLimit } from './thread-limits.ts';
import { createThreadLimits } from './thread-limits.ts';
import type { ThreadShare } from './shares.ts';
import { createShares } from './shares.ts';
import type { ThreadTask, Thrown, Worked } from './thread-task.ts';
import { createTurns } from './thread-turns.ts';

export interface ThreadPool extends HandlerThreads {
  /**
   * Starts the threads, unless they were started.
   *
   * @throws Error when a thread cannot load its file
   */
  start(): Promise<void>;
  /** Ends the threads, together with the tasks that they run. */
  close(): Promise<void>;
}

export interface ThreadPoolOptions {
  /** The file that each thread loads; its default export is made by `threadWork`. */
  readonly file: URL;
  /** The `workerData` of that file. */
  readonly workerData?: unknown;
  /**
   * A number of threads, which run every handler. `auto`: one thread fewer than there are cores, for operations
   * whose handlers were seen to block. These threads start when the first is needed; a server of quick handlers never
   * starts any.
   */
  readonly workers: number | 'auto';
  readonly onEvent: OnEvent;
}

const noTurn = 'its turn did not come before the deadline';
const overrun = 'it ran for a second beyond the deadline, so its thread was ended';
const overlong = 'it ran for a second beyond what its contract allows, so its thread was ended';

/**
 * Runs handlers in threads. At the deadline of its request, or when the requester cancels, a handler's signal aborts,
 * in its thread. A handler that has not answered a second later, or that ends its thread, costs only that thread, and a
 * new one starts at once. Otherwise a few such requests would occupy all threads for ever. A thread is not ended
 * sooner, because starting its replacement takes processor time from other work. A handler that exceeds the limit of
 * its contract is treated in the same way, except that its request fails at once.
 */
export function createThreadPool({ file, workerData, workers, onEvent }: ThreadPoolOptions): ThreadPool {
  const count = workers === 'auto' ? Math.max(1, availableParallelism() - 1) : workers;
  // As many tasks as keep every thread busy: one that runs in it, and one that is ready when that ends.
  const turns = createTurns(2 * count, sharedNowMs);
  const shares = createShares(2 * count);
  const runLimits = createThreadLimits();
  let starting: Promise<Piscina<ThreadTask, Worked>> | undefined;
  /**
   * In the order in which the tasks were given to the threads. The first `count` of them run, each since the time in
   * the map; the others are next.
   */
  const given = new Map<ThreadTask, number | undefined>();
  let usable = true;
  let closed = false;

  function started(): Promise<Piscina<ThreadTask, Worked>> {
    starting ??= startThreads({ file, workerData, count, onEvent, onBegun: runLimits.begun });
    return starting;
  }

  /** @returns undefined when the threads could not be started, which is reported once */
  async function poolIfAny(): Promise<Piscina<ThreadTask, Worked> | undefined> {
    try {
      return await started();
    } catch (error) {
      if (usable) onEvent({ event: 'thread-failed', cause: textOf(error) });
      usable = false;
      return undefined;
    }
  }

  function turnOf(deadlineMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      turns.take({ deadlineMs, begin: resolve, missed: () => reject(late(noTurn)) });
    });
  }

  function begin(): void {
    let running = 0;
    for (const [task, sinceMs] of given) {
      if (running === count) return;
      running += 1;
      if (sinceMs === undefined) given.set(task, sharedNowMs());
    }
  }

  async function runNow(task: ThreadTask, limit: ThreadLimit | undefined): Promise<Worked | undefined> {
    // After the close, nothing would end threads that started now.
    if (closed) throw ofClosed();
    const pool = await poolIfAny();
    if (closed) throw ofClosed();
    if (pool === undefined) return undefined;
    // An AbortSignal with a timeout costs 20 µs, a third of a whole task.
    const signal = new EventEmitter();
    let ended: string | undefined;
    const end = (why: string): void => {
      ended = why;
      signal.emit('abort');
    };
    const giveUp = (): void => end((given.get(task) ?? task.deadlineMs) < task.deadlineMs ? overrun : noTurn);
    const overdue = timers.setTimeout(giveUp, task.deadlineMs - sharedNowMs() + limits.handlerGraceMs);
    limit?.onGraceOver(() => end(overlong));
    given.set(task, undefined);
    begin();
    try {
      return await pool.run(task, { signal });
    } catch (error) {
      const cause = ended ?? textOf(error);
      if (!closed && ended !== noTurn) onEvent({ event: 'thread-failed', operation: task.operation, cause });
      // oxlint-disable-next-line preserve-caught-error -- that the task was aborted
      if (ended !== undefined) throw late(ended);
      throw new Error(cause, { cause: error });
    } finally {
      given.delete(task);
      begin();
      timers.clearTimeout(overdue);
    }
  }

  /** A turn lasts as long as the task occupies its thread, even if its request has failed before. */
  async function runTurn(
    task: ThreadTask,
    limit: ThreadLimit | undefined,
    isCancelled: () => boolean,
    closeShare: () => void,
  ): Promise<Worked | undefined> {
    try {
      if (isCancelled()) throw new DOMException('the requester has cancelled the request', 'AbortError');
      return await runNow(task, limit);
    } finally {
      limit?.close();
      closeShare();
      turns.done();
    }
  }

  return {
    use: workers === 'auto' ? 'when-slow' : 'always',
    inUse: () => ({ threads: starting === undefined ? 0 : count, threadsBusy: Math.min(given.size, count) }),
    usable: () => usable,
    processor: createProcessorTime(),
    count,
    start: async () => void (await started()),
    async run(operation, input, request, maxMs): Promise<Ran | undefined> {
      const { leftMs, id, attempt } = request;
      const deadlineMs = sharedNowMs() + leftMs;
      let cancelled = false;
      let share: ThreadShare | undefined;
      request.onCancel = () => {
        cancelled = true;
        share?.cancel();
      };
      await turnOf(deadlineMs);
      const limit = maxMs === undefined ? undefined : runLimits.open(maxMs);
      share = shares.open();
      readShareBy(request, share.read);
      const working = runTurn(
        { operation, input, deadlineMs, id, attempt, shares: share.ofTask, limit: limit?.ofTask },
        limit,
        () => cancelled,
        share.close,
      );
      const worked = await (limit === undefined ? working : Promise.race([working, limit.over]));
      return worked === undefined ? undefined : ranOf(worked, maxMs);
    },
    async close() {
      closed = true;
      if (starting === undefined) return;
      const [pool] = await Promise.allSettled([starting]);
      // Threads that could not be started have ended, and their error was reported where they were needed.
      if (pool.status === 'fulfilled') await pool.value.destroy();
    },
  };
}

function ranOf(worked: Worked, maxMs = 0): Ran {
  const { blockedMs } = worked;
  if ('overran' in worked) throw new Overrun(maxMs);
  if ('thrown' in worked) throw asError(worked.thrown);
  return { output: 'code' in worked ? failure(worked.code, worked.message, worked.data) : worked.output, blockedMs };
}

/** The error has the stack of the thread in which it was thrown. */
function asError({ name, message, stack }: Thrown): Error {
  return Object.assign(new Error(message), { name, stack });
}

function ofClosed(): DOMException {
  return new DOMException('the server has closed', 'AbortError');
}

/** Not a fault of the handler's code, as for an error caused by its signal. */
function late(message: string): DOMException {
  return new DOMException(message, 'TimeoutError');
}
