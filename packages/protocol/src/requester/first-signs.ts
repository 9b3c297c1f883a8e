/*
 * How long the first sign of a request takes: its answer, or a beat that names it. On a near link it takes a tenth of a
 * second at most, because a server that has had a request for 50 ms sends a beat. On a far or slow link a request must
 * not be resent before the first copy can have been answered: the copy could run on another server, and would make a
 * slow link slower.
 */
import type { OpenRequest } from './request.ts';
import type { Place } from './rooms.ts';

/** How fast the usual time grows. It shrinks at once, because a short time is never caused by a queue. */
const growth = 0.125;
const patience = 2;
/** A server that was slow for long is soon tried again. */
const resendMaxMs = 8_000;

/** A first sign of the request arrived from its server. */
export function signed<W>({ attempts, listed, serverSinceMs }: OpenRequest<W>, place: Place, nowMs: number): void {
  // After a second attempt, the requester does not know which one the server received.
  if (attempts !== 1 || listed) return;
  const tookMs = nowMs - serverSinceMs;
  const knownMs = place.signMs;
  place.signMs = knownMs === 0 || tookMs < knownMs ? tookMs : knownMs + growth * (tookMs - knownMs);
}

/** The shortest time after which a request is resent to this server, or moves from it. */
export function resendLeastMs({ signMs }: Place): number {
  return Math.min(resendMaxMs, patience * signMs);
}
