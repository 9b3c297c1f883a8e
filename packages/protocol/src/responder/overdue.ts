import type { KnownRequester, Running } from './records.ts';
import type { Requesters } from './requesters.ts';

/*
 * What has run for too long.
 *
 * A request is given up a grace after its deadline. Nearly all are answered long before, and many of them within a microsecond: so
 * nothing is kept for each. The first look is taken when the first of those that run is due, each further one when the next is,
 * but not more often than four times a second, and goes over everything that runs (1 ms for 10,000).
 */

export interface Overdue {
  /** A request with this deadline runs from now on. */
  begun(deadlineMs: number): void;
  /** What is to be given up now; nothing while no look is due. */
  find(nowMs: number): readonly Found[];
  /** When the next look is due. */
  deadlineMs(): number | undefined;
}

export interface Found {
  readonly requester: KnownRequester;
  readonly run: Running;
}

/** Those that were begun together are due together: looking for each of them would be a look each millisecond. */
const lookEveryMs = 250;

const never = Number.POSITIVE_INFINITY;
const nothing: readonly Found[] = [];

export function createOverdue(requesters: Requesters, graceMs: number): Overdue {
  let lookMs = never;

  return {
    begun(deadlineMs) {
      if (deadlineMs + graceMs < lookMs) lookMs = deadlineMs + graceMs;
    },
    find(nowMs) {
      if (nowMs < lookMs) return nothing;
      const found: Found[] = [];
      let nextMs = never;
      for (const requester of requesters.busy()) {
        for (const run of requester.running.values()) {
          const dueMs = run.deadlineMs + graceMs;
          if (dueMs <= nowMs) found.push({ requester, run });
          else nextMs = Math.min(nextMs, dueMs);
        }
      }
      lookMs = nextMs === never ? never : Math.max(nextMs, nowMs + lookEveryMs);
      return found;
    },
    deadlineMs: () => (requesters.running() === 0 ? undefined : lookMs),
  };
}
