import type { TaskShares } from './thread-task.ts';

/*
 * How far handlers in threads are. A handler may say it as often as it likes, and may block its thread: so it writes it to memory that the
 * threads share, where the server reads it when it tells its requesters.
 */

export interface ThreadShare {
  /** What its thread is told. */
  readonly ofTask: TaskShares | undefined;
  /** What the handler said last; undefined before that, and when the run has ended. */
  readonly read: () => number | undefined;
  /** The run has ended. */
  readonly close: () => void;
}

export interface ThreadShares {
  open(): ThreadShare;
}

/** @param count runs that may be open at once; one more has no place, and says nothing */
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
