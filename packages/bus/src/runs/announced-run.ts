import type { Admitted } from './work.ts';

/*
 * The next handler that may block the event loop. While it blocks, this server sends nothing, so its requesters are told
 * before, and it begins one turn later: by then the beat has left. Without an active broker no requester would hear the
 * beat, and the request may go to another server meanwhile. So the handler waits for a broker. A handler that was
 * announced before the broker was lost is announced again.
 */

export interface AnnouncedRun {
  /** Whether the request may begin now. Otherwise it is announced, or waits for a broker. */
  mayBegin(request: Admitted, nowMs: number): boolean;
  /** Whether this request was announced last. */
  is(request: Admitted): boolean;
  /** The request does not begin, or has ended. If it was announced, requesters learn that the silence is over. */
  over(request: Admitted): void;
  /** No request waits any more. */
  overAll(): void;
  /** Whether the next handler waits for a broker. */
  waitsForLink(): boolean;
}

export interface AnnouncedRunParts {
  /** Whether an active broker is connected. */
  isLinked(): boolean;
  announce(silentMs: number): void;
  /** A handler that takes long is about to be announced: what waits behind it should not. */
  beforeLong(nowMs: number): void;
}

/** The same as for the first beats of work that does not block: a short limit must not make a busy server seem lost. */
export const silentLeastMs = 2_000;

export function createAnnouncedRun({ isLinked, announce, beforeLong }: AnnouncedRunParts): AnnouncedRun {
  let announced: Admitted | undefined;
  let waits = false;

  function over(request: Admitted): void {
    if (request === announced) announce(0);
  }

  return {
    mayBegin(request, nowMs) {
      waits = false;
      const { load, maxMs = Number.POSITIVE_INFINITY } = request.work.run;
      if (!load.mayBlock()) return true;
      if (!isLinked()) {
        waits = true;
        over(request);
        announced = undefined;
        return false;
      }
      if (announced === request) return true;
      announced = request;
      if (load.isLong()) beforeLong(nowMs);
      announce(Math.min(request.deadlineMs - nowMs, Math.max(maxMs, silentLeastMs)));
      return false;
    },
    is: (request) => request === announced,
    over,
    overAll: () => void (announced !== undefined && announce(0)),
    waitsForLink: () => waits,
  };
}
