import type { TaskShares } from './thread-task.ts';

/*
 * The progress of handlers in threads. A handler may report it as often as it likes, and may block its thread. So it
 * writes its progress to memory that the threads share, and the server reads it when it sends a beat.
 */

export interface ThreadShare {
  /** The part that its thread receives. */
  readonly ofTask: TaskShares | undefined;
  /** The last reported progress; undefined before the first report, and after the run. */
  readonly read: () => number | undefined;
  /** The run has ended. */
  readonly close: () => void;
}

export interface ThreadShares {
  open(): ThreadShare;
}

/** @param count how many runs may be open at once; a further run has no place, and its progress is not reported */
export function createShares(count: number): ThreadShares {
  const of = new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
  const free = Array.from({ length: count }, (_, place) => place);

  return {
    open() {
      const place = free.pop();
      if (place === undefined) return { ofTask: undefined, read: () => undefined, close: () => undefined };
      of[place] = Number.NaN;
      let isOpen = true;
      return {
        ofTask: { of, place },
        read() {
          const share = isOpen ? of[place] : undefined;
          return share === undefined || Number.isNaN(share) ? undefined : share;
        },
        close() {
          isOpen = false;
          free.push(place);
        },
      };
    },
  };
}
