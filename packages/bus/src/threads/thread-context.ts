import type { FailingContext } from '@cateto/contracts';
import { failWith } from '@cateto/contracts';
import { isShare } from '../runs/progress-share.ts';
import { timers } from '@cateto/zmtp/timers';
import { requestCancelled } from '../runs/request-context.ts';
import type { TaskShares, ThreadTask } from './thread-task.ts';

/** A clock that all threads of a process share. `performance.now()` counts from the start of its own thread. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Node has this function since version 16; the types of ES2023 do not declare it. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(
    of: Int32Array,
    place: number,
    value: number,
  ): { readonly async: boolean; readonly value: PromiseLike<unknown> };
};

const deadlinePassed = 'the deadline of the request has passed';

/**
 * The context of a handler in a worker thread. No signal crosses between threads, and none needs to. The deadline is
 * known from the start, so the thread aborts the signal by a timer of its own, if the handler uses it. A cancellation
 * is written to shared memory, for which the thread waits without blocking. A handler that blocks the thread notices
 * either when it reads `context.signal` again; otherwise it is given up together with the thread. The limit of the
 * contract counts from this call.
 */
export function openThreadContext(
  { deadlineMs, id, attempt, limit, shares }: Omit<ThreadTask, 'operation' | 'input'>,
  log: (text: string) => void,
): { readonly context: FailingContext; end(): void } {
  const startMs = timers.monotonicMs();
  const ownDeadlineMs = startMs + deadlineMs - sharedNowMs();
  let controller: AbortController | undefined;
  let overdue: NodeJS.Timeout | undefined;
  /** After the run, its place belongs to another one. */
  let over = false;

  const endMs = Math.min(ownDeadlineMs, startMs + (limit?.maxMs ?? Number.POSITIVE_INFINITY));

  function timeIsUp(): DOMException {
    const why = endMs < ownDeadlineMs ? 'the handler ran longer than its contract allows' : deadlinePassed;
    return new DOMException(why, 'TimeoutError');
  }

  function watch(): AbortController {
    const watched = new AbortController();
    const abort = (): void => watched.abort(timeIsUp());
    const leftMs = endMs - timers.monotonicMs();
    if (leftMs > 0) overdue = timers.setTimeout(abort, Math.ceil(leftMs));
    else abort();
    if (shares !== undefined) watchCancelled(shares, watched);
    return watched;
  }

  function watchCancelled({ cancelled, place }: TaskShares, watched: AbortController): void {
    const { async, value } = waitAsync(cancelled, place, 0);
    // It was cancelled before; the check below notices that.
    if (!async) return;
    const look = (): void => abortIfOver(watched);
    void value.then(look);
  }

  /** The thread may have been blocked when the request was cancelled, or when its time was up. */
  function abortIfOver(watched: AbortController): void {
    if (over || watched.signal.aborted) return;
    if (shares !== undefined && Atomics.load(shares.cancelled, shares.place) === 1) watched.abort(requestCancelled());
    else if (endMs <= timers.monotonicMs()) watched.abort(timeIsUp());
  }

  const context: FailingContext = {
    fail: failWith,
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
      abortIfOver(controller);
      return controller.signal;
    },
  };
  return {
    context,
    end() {
      over = true;
      timers.clearTimeout(overdue);
      // Its place will belong to another run, so nothing must wait there for this one.
      if (controller !== undefined && shares !== undefined) Atomics.notify(shares.cancelled, shares.place);
    },
  };
}
