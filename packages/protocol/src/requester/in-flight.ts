/*
 * The requests that a server has from here.
 *
 * What is heard of a server concerns these alone: each place (rooms.ts) links them in a list, so that a beat costs as much as
 * its server has, whatever else is open. A place is kept by address. So the list outlasts failovers, after which the server is listed anew.
 */
import type { OpenRequest } from './request.ts';
import type { Place, Room } from './rooms.ts';

/** The server at the place has the request from now on. */
export function join<W>(request: OpenRequest<W>, room: Room): void {
  const { place } = room;
  place.inFlight += 1;
  place.requests.add(request);
  room.inFlight += 1;
  request.room = room;
}

/** The server has it no more. */
export function leave<W>(request: OpenRequest<W>, place: Place): void {
  place.inFlight -= 1;
  place.requests.remove(request);
  if (request.room !== undefined) request.room.inFlight -= 1;
  request.room = undefined;
}

/** Those that wait for the servers and fit, in the order of their seqs. */
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

/** Those of which the server may have a copy, whether they wait for it or for another one; in the order of their seqs. */
export function requestsAndCopiesAt<W>(place: Place): readonly OpenRequest<W>[] {
  const found = new Set(requestsAt<W>([place], () => true));
  for (const copy of place.copies ?? []) found.add(copy as OpenRequest<W>);
  return [...found].toSorted(bySeq);
}

function bySeq<W>(one: OpenRequest<W>, another: OpenRequest<W>): number {
  return one.call.seq - another.call.seq;
}
