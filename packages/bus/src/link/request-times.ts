import type { RoundTripMs } from '@cateto/zmtp';
import { heartbeats } from './socket-options.ts';

/*
 * The heartbeat times of a connection for requests. libzmq fixes them when it connects. On a near link, the broker
 * notices a server that hangs after 200 ms. On a far or busy link, PINGs may be that late, so the times follow the
 * round trip.
 */

export interface RequestTimes {
  /** After this silence the broker gives the server up. */
  readonly ttlMs: number;
  /** After this silence the server gives the broker up. */
  readonly silenceMs: number;
}

export interface RoundTrips {
  /** The times for a connection that opens now. */
  times(): RequestTimes;
  /** @returns whether a new connection must replace the current one, because its times no longer fit */
  measured(took: RoundTripMs, nowMs: number): boolean;
}

/** Queues on the way may double the round trip, and double it again before it is measured. */
const tripsMin = 4;
/** A hung server is noticed within this time, however far it is. A broker tells servers from clients by it. */
const ttlMaxMs = heartbeats.bound.closeWatch.ttlMs;
/** Times change by no less than this factor, because every change takes a new connection. */
const changeMin = 2;
/** After this time of shorter round trips, the times become shorter too. */
const shorterAfterMs = 60_000;

export function createRoundTrips(): RoundTrips {
  const { ttlMs: ttlMinMs, silenceMs } = heartbeats.soon;
  let ttlMs = ttlMinMs;
  /** The longest time that was wanted since then, while it could be shorter. */
  let shorter: { readonly sinceMs: number; readonly ttlMs: number } | undefined;

  const wanted = (roundTripMs: number): number =>
    Math.min(ttlMaxMs, Math.max(ttlMinMs, Math.round(tripsMin * roundTripMs)));

  function change(toMs: number): true {
    ttlMs = toMs;
    shorter = undefined;
    return true;
  }

  return {
    times: () => ({ ttlMs, silenceMs: Math.max(silenceMs, ttlMs) }),
    // The longest round trip does not count: after an outage it is as long as the outage. A server that hangs in the
    // next minute would then be noticed seconds too late.
    measured({ shortest }, nowMs) {
      const wantedMs = wanted(shortest);
      if (wantedMs >= changeMin * ttlMs) return change(wantedMs);
      if (wantedMs > ttlMs / changeMin) {
        shorter = undefined;
        return false;
      }
      shorter = { sinceMs: shorter?.sinceMs ?? nowMs, ttlMs: Math.max(shorter?.ttlMs ?? 0, wantedMs) };
      return nowMs - shorter.sinceMs >= shorterAfterMs && change(shorter.ttlMs);
    },
  };
}
