/*
 * Decides which server gets a request, and when. A request is sent for the first time only while a marker is present
 * and the return path is confirmed (docs/wire.md, "Sending for the first time"); until then it is held. A request for
 * which no server has room (rooms.ts) waits for its turn (waiting-queues.ts).
 */
import type { Dispatch, DispatchOptions } from './dispatch-types.ts';
import type { Obstacle } from './own-failures.ts';
import { resendLastMs, resendLeastMs } from './first-signs.ts';
import { createHeld } from './held.ts';
import * as inFlight from './in-flight.ts';
import { createLargePace } from './large-pace.ts';
import type { OpenRequest } from './request.ts';
import { assign, expiresMs, isSuspect, noteEarlier, wasAsked } from './request.ts';
import type { Place } from './rooms.ts';
import { countedBytes, isScarce, resumePaused, returnsAll } from './rooms.ts';
import type { Server } from './servers.ts';
import { routeTo } from './servers.ts';
import { createSuspects } from './suspects.ts';

export type { Dispatch } from './dispatch-types.ts';

/** Repetitions are spread by this share in both directions, so that many do not come at once. */
const resendJitter = 0.2;

export function createDispatch<W>(options: DispatchOptions<W>): Dispatch<W> {
  const { servers, random, emit, retried, settle, awaitTurn, schedule, isOpen } = options;
  const { isCongested = () => false } = options;
  /** Routes without a suitable listener, and since when. */
  const unserved = new Map<string, number>();
  let markersHeld = 0;
  let confirmed = false;
  let sent = 0;
  let resent = 0;

  const canSend = (): boolean => markersHeld > 0 && confirmed;
  /** New requests may be sent too, because few enough bytes wait to leave. */
  const mayBegin = (): boolean => canSend() && !isCongested();

  const held = createHeld<W>({ choose, probe, give, settle, awaitTurn });
  const pace = createLargePace();
  const suspects = createSuspects<W>({
    isOpen,
    canSend,
    schedule,
    choose: chooseNow,
    give,
    released: offerAllHeld,
    nobodyFit(request) {
      if (request.call.target.unheard === 'fail') awaitTurn(request);
    },
  });

  function offer(request: OpenRequest<W>, nowMs: number): void {
    if (!mayBegin()) return held.add(request);
    const probed = probe(request, nowMs);
    if (probed !== undefined) return give(request, probed, nowMs);
    const waits = held.mustQueue(request);
    const server = waits ? 'full' : choose(request, !held.othersWait(request));
    if (server === undefined) {
      held.add(request);
      if (request.call.target.unheard === 'fail') awaitTurn(request);
    } else if (server !== 'full') {
      give(request, server, nowMs);
    } else if (held.wouldWaitTooLong(request, nowMs)) {
      settle(request, held.overloaded(request));
    } else {
      held.add(request);
      // Requests for other lanes may wait.
      if (waits) held.freed(request.call.target.contract);
    }
  }

  function offerAllHeld(nowMs: number): void {
    suspects.reconsider();
    if (mayBegin()) held.offerAll(nowMs);
  }

  /**
   * Sends a copy to a server that is passed over or fails, and is due for one. No one waits for its answer.
   *
   * @returns a server that is due and gives everything back: it gets the request itself, because it gives that back soon
   *   or computes it, and another server would compute a copy once more
   */
  function probe(request: OpenRequest<W>, nowMs: number): Server | undefined {
    if (request.call.target.pinned !== undefined) return undefined;
    const server = servers.takeProbe(request.call.target, nowMs);
    if (server === undefined) return undefined;
    if (returnsAll(server.place)) return server.place.inFlight === 0 && !isSuspect(request) ? server : undefined;
    noteEarlier(request, server, nowMs);
    request.probed ??= new Set();
    request.probed.add(server.address);
    send(request, server, nowMs);
    return undefined;
  }

  /** @param isNext it is the turn of its origin, which may exceed a window by one request */
  function choose(request: OpenRequest<W>, isNext = false): Server | 'full' | undefined {
    const { call } = request;
    const { target, origin } = call;
    const { route, pinned } = target;
    if (pinned !== undefined) {
      const server = servers.find(route, pinned);
      return server !== undefined && request.refused?.has(server) === true ? undefined : server;
    }
    const { refused, attempts } = request;
    return servers.choose(target, refused, isSuspect(request), isNext ? origin : undefined, call, attempts > 0);
  }

  function chooseNow(request: OpenRequest<W>): Server | undefined {
    const server = choose(request);
    return server === 'full' ? undefined : server;
  }

  function give(request: OpenRequest<W>, server: Server, nowMs: number): void {
    if (request.server === undefined) held.sent(request);
    else resent += 1;
    if (request.attempts > 0) retried();
    const isMove = request.server !== undefined && request.server.address !== server.address;
    request.repeatedMs = wasAsked(request, server.address) ? nowMs : undefined;
    move(request, server, nowMs);
    const { deadlineMs, lateMs } = request.call;
    if (lateMs !== undefined && nowMs + lateMs < deadlineMs) request.lateAtMs ??= nowMs + lateMs;
    request.proof = 0;
    // Another server need not be as slow.
    if (isMove) request.resendEveryMs = Math.min(request.resendEveryMs, resendLastMs);
    request.resendEveryMs = Math.max(request.resendEveryMs, resendLeastMs(server.place.signs));
    request.resendDueMs = nowMs + request.resendEveryMs * (0.5 + resendJitter * (2 * random() - 1));
    send(request, server, nowMs);
    // A new request is scheduled by its call. A held or moved one is due earlier than it was scheduled.
    if (request.scheduledMs < Number.POSITIVE_INFINITY) schedule(request);
  }

  function move(request: OpenRequest<W>, server: Server | undefined, nowMs: number): void {
    if (request.server === server) return;
    if (request.server?.address !== server?.address) {
      request.listed = false;
      request.staysUntilMs = undefined;
    }
    if (request.server !== undefined) leave(request, request.server);
    if (server !== undefined) {
      inFlight.join(request, servers.roomOf(server, request.call.target.contract));
      pace.sent(request, server.place, nowMs);
    }
    assign(request, server, nowMs);
  }

  /** One request fewer waits for the server. */
  function leave(request: OpenRequest<W>, server: Server): void {
    const { place } = server;
    inFlight.leave(request, place);
    pace.left(request);
    if (place.inFlight === 0) resume(place, undefined);
    held.freed(request.call.target.contract);
    if (countedBytes(request.call) > 0) held.freedBytes();
  }

  function resume(place: Place, answered: string | undefined): void {
    if (place.paused.size > 0) resumePaused(place, answered, held.freed);
  }

  function send(request: OpenRequest<W>, server: Server, nowMs: number): void {
    const { seq, target, work } = request.call;
    sent += 1;
    request.attempts += 1;
    const ttlMs = Math.max(0, expiresMs(request) - nowMs);
    const route = routeTo(target, server);
    const origin = request.charged !== undefined || isScarce(request.room) ? request.call.origin : undefined;
    emit({ type: 'send', seq, to: server.address, route, work, ttlMs, attempt: request.attempts, origin });
  }

  function sendAgain(request: OpenRequest<W>, nowMs: number): void {
    const { server } = request;
    const { route, unheard } = request.call.target;
    if (server === undefined || request.settled || markersHeld === 0) return;
    // By address: after a failover the same server is listed again.
    const same = servers.find(route, server.address);
    if (same === undefined && isSuspect(request)) return suspect(request, nowMs);
    const next = same ?? choose(request);
    if (next === 'full') return takeBack(request, nowMs);
    if (next === undefined) {
      if (unheard === 'fail') awaitTurn(request);
      return lookLater(request, nowMs);
    }
    give(request, next, nowMs);
  }

  function lookLater(request: OpenRequest<W>, nowMs: number): void {
    if (request.resendDueMs < Number.POSITIVE_INFINITY) return;
    request.resendDueMs = nowMs + request.resendEveryMs;
    schedule(request);
  }

  function suspect(request: OpenRequest<W>, nowMs: number): void {
    if (request.server === undefined) held.remove(request);
    move(request, undefined, nowMs);
    suspects.add(request, nowMs);
  }

  function takeBack(request: OpenRequest<W>, nowMs: number): void {
    if (request.server === undefined) return;
    if (isSuspect(request)) return suspect(request, nowMs);
    move(request, undefined, nowMs);
    held.add(request);
    held.freed(request.call.target.contract);
  }

  function obstacle({ call: { target } }: OpenRequest<W>): Obstacle {
    if (markersHeld === 0) return 'no-broker';
    if (!confirmed) return 'no-return-path';
    // For a request that may go to one server only, that server always has room.
    return target.pinned === undefined && servers.anyOn(target.route) ? 'no-room' : 'no-server';
  }

  return {
    offer,
    obstacle,
    choose,
    give,
    sendAgain,
    lookLater,
    passTime(nowMs) {
      if (pace.passed(nowMs)) held.freedBytes();
    },
    refill(nowMs) {
      if (mayBegin()) held.refill(nowMs);
    },
    suspect,
    giveUntried(request, nowMs) {
      const server = canSend() ? chooseNow(request) : undefined;
      if (server === undefined) return suspects.add(request, nowMs);
      suspects.remove(request);
      give(request, server, nowMs);
    },
    tryNext: suspects.proceed,
    trialDueMs: suspects.deadlineMs,
    paceDueMs: () => (held.size() === 0 ? Number.POSITIVE_INFINITY : pace.dueMs()),
    canSend,
    unservedSinceMs({ call: { target } }, nowMs) {
      const sinceMs = unserved.get(target.route) ?? nowMs;
      unserved.set(target.route, sinceMs);
      return sinceMs;
    },
    refusalOf: ({ call: { target } }) => servers.refusalOf(target),
    offerHeld(route, nowMs) {
      unserved.delete(route);
      offerAllHeld(nowMs);
    },
    offerAllHeld,
    freed: held.freed,
    resume,
    move(request, server, nowMs) {
      move(request, server, nowMs);
      servers.await(server);
      lookLater(request, nowMs);
    },
    reassign(request, server, nowMs) {
      if (request.server === undefined) held.served(request);
      if (server !== 'full' && !isSuspect(request)) give(request, server, nowMs);
      else if (isSuspect(request) && request.server !== undefined) suspect(request, nowMs);
      else takeBack(request, nowMs);
    },
    takeBack,
    letGo: (request, nowMs) => move(request, undefined, nowMs),
    refusedBy: held.refusedBy,
    release(request) {
      if (isSuspect(request)) suspects.remove(request);
      if (request.server === undefined) held.remove(request);
      else leave(request, request.server);
    },
    answered(request, nowMs) {
      const { room } = request;
      if (room === undefined) return;
      held.answered(request, room, nowMs);
      room.answeredMs = nowMs;
    },
    markers(count) {
      markersHeld = count;
      held.restart();
    },
    returnPath(isConfirmed) {
      confirmed = isConfirmed;
      held.restart();
    },
    stoodStill(ms, nowMs) {
      held.stoodStill(ms);
      for (const [route, sinceMs] of unserved) unserved.set(route, Math.min(sinceMs + ms, nowMs));
    },
    isLinked: () => markersHeld > 0,
    counters: () => ({ held: held.size(), sent, resent }),
  };
}
