import type { SystemEvent } from '../../shared/state.ts';

/**
 * Joins events of one process and kind that follow each other. A server may report the same event once a second for
 * minutes.
 */
export interface Run {
  readonly event: SystemEvent;
  readonly count: number;
  /** When the first of them was. */
  readonly sinceMs: number;
}

/**
 * @param events the latest first
 * @returns the same, with the latest of each run
 */
export function runsOf(events: readonly SystemEvent[]): Run[] {
  const runs: Run[] = [];
  for (const event of events) {
    const last = runs.at(-1);
    if (last !== undefined && last.event.process === event.process && last.event.event === event.event) {
      runs[runs.length - 1] = { ...last, count: last.count + 1, sinceMs: event.atMs };
    } else runs.push({ event, count: 1, sinceMs: event.atMs });
  }
  return runs;
}
