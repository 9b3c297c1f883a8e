import type { KnownRequester, Running } from './records.ts';
import type { Requesters } from './requesters.ts';

/*
 * Requests that have run for too long. A request is given up a grace period after its deadline. Nearly all requests are
 * answered long before, many of them within a microsecond, so nothing is stored for each. The first check is made when
 * the first running request is due, each later one when the next is due, but at most four times a second. A check goes
 * over everything that runs (1 ms for 10,000).
 */

export interface Overdue {
  /** A request with this deadline runs from now on. */
  begun(deadlineMs: number): void;
  /** The requests to be given up now; none while no check is due. */
  find(nowMs: number): readonly Found[];
  /** When the next check is due. */
  deadlineMs(): number | undefined;
}

export interface Found {
  readonly requester: KnownRequester;
  readonly run: Running;
}

/** Requests that began together are due together. Without this interval, there could be a check every millisecond. */
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
