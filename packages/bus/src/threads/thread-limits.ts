import { limits } from '@cateto/contracts';
import { Overrun } from '../runs/run-limits.ts';
import { timers } from '@cateto/zmtp/timers';
import type { TaskLimit } from './thread-task.ts';

/*
 * How long handlers may run in threads, as their contracts say (`work.maxMs`). The time counts from when the thread says that the handler
 * begins: a thread that is still starting must not cost its request anything.
 */

/** The limit of one run in a thread. */
export interface ThreadLimit {
  /** What its thread is told. */
  readonly ofTask: TaskLimit;
  /** Rejected with an {@link Overrun} when the handler has run for longer; pending for ever otherwise. */
  readonly over: Promise<never>;
  /** Calls back when the handler has not ended `limits.handlerGraceMs` later. */
  onGraceOver(run: () => void): void;
  /** The run has ended. */
  close(): void;
}

export interface ThreadLimits {
  open(maxMs: number): ThreadLimit;
  /** A thread says that a handler begins. */
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
        // What the thread has answered may lie ready behind a handler that blocked this loop.
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
