import type { TaskShares } from './thread-task.ts';

/*
 * Memory that a server and the runs in its threads share. While a run goes on it may block its thread, so that no
 * message reaches it or leaves it. A handler writes its progress, as often as it likes, and the server reads it when it
 * sends a beat. The server writes a cancellation, and the thread's signal aborts (thread-context.ts).
 */

export interface ThreadShare {
  /** The part that its thread receives. */
  readonly ofTask: TaskShares | undefined;
  /** The last reported progress; undefined before the first report, and after the run. */
  readonly read: () => number | undefined;
  /** The requester has cancelled. */
  readonly cancel: () => void;
  /** The run has ended. */
  readonly close: () => void;
}

export interface ThreadShares {
  open(): ThreadShare;
}

/**
 * @param count how many runs may be open at once. A further run has no place: it reports no progress and learns of no
 * cancellation
 */
export function createShares(count: number): ThreadShares {
  const of = new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
  const cancelled = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  const free = Array.from({ length: count }, (_, place) => place);

  return {
    open() {
      const place = free.pop();
      if (place === undefined) {
        return { ofTask: undefined, read: () => undefined, cancel: () => undefined, close: () => undefined };
      }
      of[place] = Number.NaN;
      Atomics.store(cancelled, place, 0);
      let isOpen = true;
      return {
        ofTask: { of, cancelled, place },
        read() {
          const share = isOpen ? of[place] : undefined;
          return share === undefined || Number.isNaN(share) ? undefined : share;
        },
        cancel() {
          if (!isOpen) return;
          Atomics.store(cancelled, place, 1);
          Atomics.notify(cancelled, place);
        },
        close() {
          isOpen = false;
          free.push(place);
        },
      };
    },
  };
}
