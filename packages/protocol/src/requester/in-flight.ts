/*
 * The requests of this requester that a server has. Each place (rooms.ts) links them in a list, so that the cost of a
 * beat depends on the requests of its server alone, and not on all open ones. Places are kept by address, so the list
 * outlasts failovers, after which a server is listed again.
 */
import type { OpenRequest } from './request.ts';
import type { Place, Room } from './rooms.ts';

/** The server at the place has the request from now on. */
export function join<W>(request: OpenRequest<W>, room: Room): void {
  const { place } = room;
  place.inFlight += 1;
  place.bytes += request.call.bytes ?? 0;
  place.requests.add(request);
  room.inFlight += 1;
  request.room = room;
}

/** The server does not have it any more. */
export function leave<W>(request: OpenRequest<W>, place: Place): void {
  place.inFlight -= 1;
  place.bytes -= request.call.bytes ?? 0;
  place.requests.remove(request);
  if (request.room !== undefined) request.room.inFlight -= 1;
  request.room = undefined;
}

/** The requests that wait for the servers and fit, in the order of their seqs. */
export function requestsAt<W>(
  places: Iterable<Place>,
  fits: (request: OpenRequest<W>) => boolean,
): readonly OpenRequest<W>[] {
  const found: OpenRequest<W>[] = [];
  for (const { requests } of places) {
    // Only requests of this requester are in its places.
    for (let next = requests.oldest(); next !== undefined; next = next.newer) {
      if (fits(next as OpenRequest<W>)) found.push(next as OpenRequest<W>);
    }
  }
  return found.toSorted(bySeq);
}

/**
 * The requests of which the server may have a copy, whether they wait for it or for another server, in the order of
 * their seqs.
 */
export function requestsAndCopiesAt<W>(place: Place): readonly OpenRequest<W>[] {
  const found = new Set(requestsAt<W>([place], () => true));
  for (const copy of place.copies ?? []) found.add(copy as OpenRequest<W>);
  return [...found].toSorted(bySeq);
}

function bySeq<W>(one: OpenRequest<W>, another: OpenRequest<W>): number {
  return one.call.seq - another.call.seq;
}
