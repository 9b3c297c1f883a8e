import type { HandlerContext } from '@cateto/contracts';
import { isShare } from '../runs/is-share.ts';
import { timers } from '@cateto/zmtp/timers';
import type { ThreadTask } from './thread-task.ts';

/** A clock that all threads of a process share. `performance.now()` counts from the start of its own thread. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const deadlinePassed = 'the deadline of the request has passed';

/**
 * The context of a handler in a worker thread. No signal crosses between threads, and none needs to: the deadline is
 * known from the start, so the thread aborts the signal by a timer of its own, if the handler uses it. A handler that
 * blocks the thread cannot notice; it is given up together with the thread. The limit of the contract counts from this
 * call.
 */
export function openThreadContext(
  { deadlineMs, id, attempt, limit, shares }: Omit<ThreadTask, 'operation' | 'input'>,
  log: (text: string) => void,
): { readonly context: HandlerContext; end(): void } {
  const startMs = timers.monotonicMs();
  const ownDeadlineMs = startMs + deadlineMs - sharedNowMs();
  let controller: AbortController | undefined;
  let overdue: NodeJS.Timeout | undefined;
  /** After the run, its place belongs to another one. */
  let over = false;

  function watch(): AbortController {
    const watched = new AbortController();
    const endMs = Math.min(ownDeadlineMs, startMs + (limit?.maxMs ?? Number.POSITIVE_INFINITY));
    const why = endMs < ownDeadlineMs ? 'the handler ran longer than its contract allows' : deadlinePassed;
    const abort = (): void => watched.abort(new DOMException(why, 'TimeoutError'));
    const leftMs = endMs - timers.monotonicMs();
    if (leftMs > 0) overdue = timers.setTimeout(abort, Math.ceil(leftMs));
    else abort();
    return watched;
  }

  const context: HandlerContext = {
    deadlineMs: ownDeadlineMs,
    id,
    attempt,
    log,
    progress(share) {
      if (!over && shares !== undefined && isShare(share)) shares.of[shares.place] = share;
    },
    get leftMs() {
      return ownDeadlineMs - timers.monotonicMs();
    },
    get signal() {
      controller ??= watch();
      return controller.signal;
    },
  };
  return {
    context,
    end() {
      over = true;
      timers.clearTimeout(overdue);
    },
  };
}
