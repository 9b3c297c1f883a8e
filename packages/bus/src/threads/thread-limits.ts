import { limits } from '@cateto/contracts';
import { Overrun } from '../runs/run-limits.ts';
import { timers } from '@cateto/zmtp/timers';
import type { TaskLimit } from './thread-task.ts';

/*
 * The time limits of handlers in threads, from their contracts (`work.maxMs`). The time counts from the moment at which
 * the thread reports that the handler begins, so that the start of a thread does not count.
 */

/** The limit of one run in a thread. */
export interface ThreadLimit {
  /** The part that its thread receives. */
  readonly ofTask: TaskLimit;
  /** Rejects with an {@link Overrun} when the handler has run for longer. Otherwise it stays pending. */
  readonly over: Promise<never>;
  /** Calls back if the handler has not ended `limits.handlerGraceMs` later. */
  onGraceOver(run: () => void): void;
  /** The run has ended. */
  close(): void;
}

export interface ThreadLimits {
  open(maxMs: number): ThreadLimit;
  /** A thread reports that a handler begins. */
  begun(run: number): void;
}

export function createThreadLimits(): ThreadLimits {
  const opened = new Map<number, () => void>();
  let lastRun = 0;

  return {
    begun: (run) => opened.get(run)?.(),
    open(maxMs) {
      lastRun += 1;
      const run = lastRun;
      let timer: NodeJS.Timeout | undefined;
      let graceOver: (() => void) | undefined;
      const over = new Promise<never>((_resolve, reject) => {
        const fail = (): void => {
          if (!opened.has(run)) return;
          reject(new Overrun(maxMs));
          timer = timers.setTimeout(() => graceOver?.(), limits.handlerGraceMs);
        };
        // The answer of the thread may already be there, behind a handler that blocked this event loop.
        const look = (): void => void timers.setImmediate(() => timers.setImmediate(fail));
        opened.set(run, () => {
          timer = timers.setTimeout(look, maxMs);
        });
      });
      return {
        ofTask: { maxMs, run },
        over,
        onGraceOver(callback) {
          graceOver = callback;
        },
        close() {
          opened.delete(run);
          timers.clearTimeout(timer);
        },
      };
    },
  };
}
