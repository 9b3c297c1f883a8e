/*
 * The pace of large requests: how soon a server gets the next one.
 *
 * Rule (docs/wire.md, "Room"): of the large requests that a server has not answered, those that were sent within the
 * last 100 ms have at most 2 MiB together. The size of a request is that of its values, or of its expected answer if that
 * is larger. Older requests are probably being computed, and do not count. Requests that are sent again do not wait, nor
 * do those of a contract for which the server takes long (large-times.ts).
 *
 * More large values at a time hardly pass faster. But each of them occupies the processes on its way, and small requests
 * wait for all these processes. TCP Vegas and LEDBAT keep little in flight for the same reason.
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
      if (sent.size === 0) return false;
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
