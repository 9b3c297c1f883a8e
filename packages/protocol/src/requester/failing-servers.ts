/*
 * Servers that fail the requests for a contract, one after the other. Decides which servers come after all others for a
 * contract because their handlers fail.
 *
 * Rules (docs/wire.md, "Choosing a server"):
 * - A server that has answered eight requests in a row with `internal` gets requests for the contract only while no
 *   other server listens. Otherwise it would attract waiting requests, because it is free again sooner than a server
 *   that computes.
 * - It gets a copy of one request a second, and is treated like the others after its first answer other than
 *   `internal`. A server that only has a copy settles nothing with `internal`.
 *
 * Finagle's failure accrual removes a node after five failures in a row. Its clients try the node again with a real
 * request; here it is a copy whose answer no one waits for (docs/decisions/0037-probe-with-work.md).
 */
import type { Place, Room } from './rooms.ts';

export interface Failing {
  /** A request that this server was to answer has failed. */
  failed(room: Room, answerRoute: string, nowMs: number): void;
  /** The server at this address has answered something on this route, and not with `internal`. */
  answered(address: string, answerRoute: string): void;
  /** It has answered a request for the contract. */
  wellAgain(room: Room): void;
  /** It does not listen any more. If it comes back, one more failure is enough. */
  gone(place: Place): void;
  /** Whether any server fails. */
  any(): boolean;
  /** The first server that is due for a copy of a request for the contract, of those that `fits` accepts. */
  takeProbe(contract: string, answerRoute: string, nowMs: number, fits: (place: Place) => boolean): Place | undefined;
}

const failuresMax = 8;
const probeEveryMs = 1_000;

export function isFailing({ failing }: Place, contract: string): boolean {
  return failing !== undefined && failing.has(contract);
}

export function createFailing(): Failing {
  const places = new Set<Place>();

  function forget(place: Place, contract: string): void {
    const room = place.rooms.get(contract);
    if (room !== undefined) room.failures = 0;
    if (place.failing?.delete(contract) !== true || place.failing.size > 0) return;
    place.failing = undefined;
    places.delete(place);
  }

  return {
    failed(room, answerRoute, nowMs) {
      const { place, contract } = room;
      room.failures += 1;
      if (room.failures < failuresMax || isFailing(place, contract)) return;
      place.failing ??= new Map();
      place.failing.set(contract, { answerRoute, probeDueMs: nowMs + probeEveryMs });
      places.add(place);
    },
    answered(address, answerRoute) {
      for (const place of places) {
        if (place.address !== address) continue;
        for (const [contract, failing] of place.failing ?? []) {
          if (failing.answerRoute === answerRoute) forget(place, contract);
        }
      }
    },
    gone(place) {
      place.failing = undefined;
      places.delete(place);
    },
    wellAgain({ place, contract }) {
      forget(place, contract);
    },
    any: () => places.size > 0,
    takeProbe(contract, answerRoute, nowMs, fits) {
      for (const place of places) {
        const failing = place.failing?.get(contract);
        if (failing === undefined || failing.probeDueMs > nowMs || !fits(place)) continue;
        failing.probeDueMs = nowMs + probeEveryMs;
        failing.answerRoute = answerRoute;
        return place;
      }
      return undefined;
    },
  };
}
