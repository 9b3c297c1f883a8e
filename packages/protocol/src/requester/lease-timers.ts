/*
 * When the lease of a server ends: one timer for each server. A request that its server has named needs no timer of its
 * own during the lease (silence.ts). With a timer for each request, 60,000 such requests were checked with every lease,
 * and a busy server grants two leases a second.
 */
import { createDueQueue } from '../structures/due-queue.ts';
import type { Place } from './rooms.ts';

export interface LeaseTimers {
  /** The requests parked at the place are checked then, or earlier if that is already scheduled. */
  watch(place: Place, dueMs: number): void;
  /** The lease of the place was granted again, and may end earlier now. */
  granted(place: Place, untilMs: number): void;
  /** The next place that is due. */
  popDue(nowMs: number): Place | undefined;
  deadlineMs(): number | undefined;
}

const never = Number.POSITIVE_INFINITY;

export function createLeaseTimers(): LeaseTimers {
  const due = createDueQueue<Place>();

  function watch(place: Place, dueMs: number): void {
    if (dueMs >= place.leaseDueMs) return;
    place.leaseDueMs = dueMs;
    due.push(dueMs, place);
  }

  /** A place from which no answer is expected needs no check. */
  function isAwaited(place: Place): boolean {
    if (place.inFlight > 0) return true;
    place.leaseDueMs = never;
    return false;
  }

  return {
    watch,
    granted(place, untilMs) {
      if (place.leaseDueMs < never) watch(place, untilMs);
    },
    popDue(nowMs) {
      for (let place = due.popDue(nowMs); place !== undefined; place = due.popDue(nowMs)) {
        // This check was replaced by an earlier one.
        if (place.leaseDueMs > nowMs) continue;
        place.leaseDueMs = never;
        return place;
      }
      return undefined;
    },
    deadlineMs() {
      due.skim(isAwaited);
      return due.peekDueMs();
    },
  };
}
