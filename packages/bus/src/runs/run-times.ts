import type { RunCounters } from './run-counters.ts';
import { isGivenUp } from './run-counters.ts';
import type { Admitted, Run } from './work.ts';

/*
 * Times the runs of a server by their kinds, and announces the window of a kind when its times change it.
 */

export interface RunTimes {
  /** The request began and has not answered. Of each kind one run is timed until its answer. */
  started(request: Admitted, nowMs: number): void;
  /** A run in the event loop has returned, after it kept the loop for this long. */
  returned(request: Admitted, ms: number, isAnswered: boolean, nowMs: number): void;
  answered(request: Admitted, nowMs: number): void;
  /** A run of any kind that has begun in the event loop may have blocked it after it had returned. */
  suspectAll(): void;
  /** The kinds of work whose window is announced. */
  announced(): ReadonlySet<Run>;
}

/** The window of a kind is checked after each of its first runs, and later whenever this number of runs has ended. */
const firstLooks = 32;
const lookEveryMs = 10;

/** @param windowIs this many requests of one requester keep the server busy */
export function createRunTimes(counters: RunCounters, windowIs: (contract: string, window: number) => void): RunTimes {
  /** The kinds of work that have begun in the event loop. */
  const kinds = new Set<Run>();
  const announced = new Set<Run>();

  function look(run: Run, nowMs: number): void {
    if (run.returns > firstLooks && nowMs < run.lookedMs + lookEveryMs) return;
    run.lookedMs = nowMs;
    const window = run.load.window(run.threads?.());
    if (window === undefined || window === run.window) return;
    run.window = window;
    announced.add(run);
    windowIs(run.contract, window);
  }

  return {
    started(request, nowMs) {
      const { run } = request.work;
      // A handler that never settles must not be the last one that is timed.
      if (run.sample !== undefined && !isGivenUp(run.sample, nowMs)) return;
      run.sample = request;
      run.sampleMs = nowMs;
    },
    returned(request, ms, isAnswered, nowMs) {
      const { run } = request.work;
      run.load.took(ms, isAnswered);
      run.took?.(ms);
      if (isAnswered) counters.took(ms);
      run.returns += 1;
      if (run.returns === 1) kinds.add(run);
      look(run, nowMs);
    },
    answered(request, nowMs) {
      const { run } = request.work;
      if (run.sample !== request) return;
      run.sample = undefined;
      const ms = nowMs - run.sampleMs;
      run.load.handled(ms);
      // Its time is unknown.
      if (request.work.underway !== 'cancelled') counters.took(ms);
      look(run, nowMs);
    },
    suspectAll() {
      for (const { load } of kinds) load.suspect();
    },
    announced: () => announced,
  };
}
