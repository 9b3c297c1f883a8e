/*
 * When the lease of a server ends: one timer for each server.
 *
 * A request that its server has named needs no timer of its own while the lease lives (silence.ts). With one for each, 60,000 such
 * requests were looked at with every lease, of which a busy server grants two a second.
 */
import { createDueQueue } from '../structures/due-queue.ts';
import type { Place } from './rooms.ts';

export interface LeaseTimers {
  /** What is parked at the place is looked at then, or earlier if that is arranged. */
  watch(place: Place, dueMs: number): void;
  /** The lease of the place was granted anew: it may end earlier now. */
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

  /** A place of which nothing is expected needs no look. */
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
        // An earlier look has been taken in the place of this one.
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
