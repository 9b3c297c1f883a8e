import type { Clock } from './clock.ts';
import type { SimulatedProcess } from './process.ts';

/** A loop of a process. It processes what has arrived, and sends what is to leave, in its turns. */
export interface EventLoop {
  nowMs(): number;
  /** Something arrived. It waits while the loop stands still. */
  deliver(run: () => void): void;
  /** Runs once, `delayMs` from now. @returns a function that cancels it */
  after(delayMs: number, run: () => void): () => void;
  /** Something leaves: at once, or when a loop that was blocked in this turn gets that far. */
  leave(run: () => void): void;
}

/** The loop that runs the code of the process. */
export function mainLoop({ platform, deliver, leave }: SimulatedProcess): EventLoop {
  return { nowMs: platform.nowMs, after: platform.after, deliver, leave };
}

/** A loop like that of libzmq's thread: it runs while the main loop hangs or is blocked, not while the process is stopped. */
export function createThreadLoop(process: SimulatedProcess, clock: Clock): EventLoop {
  let inbox: (() => void)[] = [];

  function deliver(run: () => void): void {
    const state = process.state();
    if (state === 'ended') return;
    if (state === 'stopped' || inbox.length > 0) inbox.push(run);
    else run();
  }

  process.onChange(() => {
    if (process.state() === 'ended') inbox = [];
    while (inbox.length > 0 && process.state() !== 'stopped') inbox.shift()?.();
  });

  return {
    nowMs: clock.nowMs,
    deliver,
    after(delayMs, run) {
      let cancelled = false;
      const cancel = clock.at(clock.nowMs() + delayMs, () => deliver(() => (cancelled ? undefined : run())));
      return () => {
        cancelled = true;
        cancel();
      };
    },
    leave: (run) => run(),
  };
}
