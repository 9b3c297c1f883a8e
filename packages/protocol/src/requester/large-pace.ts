/*
 * The pace of large requests: how soon a server gets the next one.
 *
 * Rule (docs/wire.md, "Room"): large requests that a server was sent within the last 100 ms, and has not answered, have
 * at most 2 MiB together. Each counts as much as its values or its expected answer, whichever are larger. A request that
 * is there for longer is probably being computed, so it does not count any more.
 *
 * More large values at a time do not pass faster, but occupy every process on their way, and small requests wait for all
 * of these. Congestion control that depends on delay (TCP Vegas, LEDBAT) limits what is in flight for the same reason.
 */
import { limits } from '@cateto/contracts';
import type { InFlight, Place } from './rooms.ts';
import { countedBytes } from './rooms.ts';

export interface LargePace {
  /** The server at the place has the request from now on. */
  sent(request: InFlight, place: Place, nowMs: number): void;
  /** The server does not have it any more. */
  left(request: InFlight): void;
  /** Requests that were sent long enough ago do not count any more. @returns whether there were any */
  passed(nowMs: number): boolean;
  /** When the next one does not count any more; infinity without one. */
  dueMs(): number;
}

interface Sent {
  readonly place: Place;
  readonly bytes: number;
  readonly untilMs: number;
}

export function createLargePace(): LargePace {
  /** Those that count, in the order in which they were sent. */
  const sent = new Map<InFlight, Sent>();

  function forget(request: InFlight, { place, bytes }: Sent): void {
    sent.delete(request);
    place.pacedBytes -= bytes;
  }

  return {
    sent(request, place, nowMs) {
      const bytes = countedBytes(request.call);
      if (bytes === 0) return;
      sent.set(request, { place, bytes, untilMs: nowMs + limits.pacedMs });
      place.pacedBytes += bytes;
    },
    left(request) {
      const entry = sent.size === 0 ? undefined : sent.get(request);
      if (entry !== undefined) forget(request, entry);
    },
    passed(nowMs) {
      let any = false;
      for (const [request, entry] of sent) {
        if (entry.untilMs > nowMs) break;
        forget(request, entry);
        any = true;
      }
      return any;
    },
    dueMs() {
      for (const { untilMs } of sent.values()) return untilMs;
      return Number.POSITIVE_INFINITY;
    },
  };
}
