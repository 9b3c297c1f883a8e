/*
 * To whom a request goes, and when it may: the requester's way out.
 *
 * Nothing is sent for the first time unless a marker is held and the ear is proven (rule 1 of docs/protocol.md, section 3);
 * what cannot go yet is held.
 */
import { createHeld } from './held.ts';
import type { Obstacle } from './outcomes.ts';
import type { OpenRequest } from './request.ts';
import { assign, isSuspect, noteEarlier } from './request.ts';
import type { Server, Servers } from './servers.ts';
import { createSuspects } from './suspects.ts';
import type { RequesterEffect } from './types.ts';

export interface Dispatch<W> {
  /** Sends a request that no server has been given, or holds it. */
  offer(request: OpenRequest<W>, nowMs: number): void;
  /** Every request held for a route. */
  offerHeld(route: string, nowMs: number): void;
  offerAllHeld(nowMs: number): void;
  /** As many of the held as servers have room for, once somebody has room again. */
  refill(nowMs: number): void;
  /** Takes a request back from its server, and holds it. */
  takeBack(request: OpenRequest<W>, nowMs: number): void;
  /** Takes an ended request from among the held, or from the requests that its server is thought to work on. */
  release(request: OpenRequest<W>): void;
  /**
   * The server to ask. For a request that can fall back there is none when all that listen are passed over.
   *
   * @param reservedToo one that is reserved for a suspect rather than none
   */
  choose(request: OpenRequest<W>, reservedToo?: boolean): Server | undefined;
  give(request: OpenRequest<W>, server: Server, nowMs: number): void;
  /** Its server is gone, or there was none: it goes to this one, or waits while a suspect has it or it is a suspect. */
  reassign(request: OpenRequest<W>, server: Server, nowMs: number): void;
  /** The request is one of this server's from now on; it is not sent. */
  move(request: OpenRequest<W>, server: Server, nowMs: number): void;
  /** Takes a suspect from its server; it waits for a trial on the next. */
  suspect(request: OpenRequest<W>, nowMs: number): void;
  /** A suspect has waited for its trial long enough: it is sent like any other request. */
  giveUntried(request: OpenRequest<W>, nowMs: number): void;
  /** Goes on with the trials of suspects; call after every input. */
  tryNext(nowMs: number): void;
  /** When the trial that is under way ends at the latest; infinity without one. */
  trialDueMs(): number;
  /** Sends a request in flight once more: to its server while that listens, else to another if there is one. */
  sendAgain(request: OpenRequest<W>, nowMs: number): void;
  /** Markers held now. */
  markers(held: number): void;
  ear(proven: boolean): void;
  /** Whether a marker is held. */
  isLinked(): boolean;
  /** Whether a request may be sent for the first time. */
  canSend(): boolean;
  /** Since when nobody fit to ask for the request has been known; from now on when that is new. */
  unservedSinceMs(request: OpenRequest<W>, nowMs: number): number;
  /** Why a request that no server was given is held. */
  obstacle(request: OpenRequest<W>): Obstacle;
  /** Whether a server that was full is so no longer; says so once. */
  hasRoomAgain(): boolean;
  counters(): { readonly sent: number; readonly resent: number };
}

export interface DispatchOptions<W> {
  readonly servers: Servers;
  readonly random: () => number;
  /** Requests in flight to one server at once, of those that may be held. */
  readonly perServerMax: number;
  emit(effect: RequesterEffect<W>): void;
  /** Nobody fit listens, as far as is known: what is still on its way may tell of somebody. */
  awaitTurn(): void;
  /** A request is due earlier than it was. */
  schedule(request: OpenRequest<W>): void;
  /** It has not settled. */
  isOpen(request: OpenRequest<W>): boolean;
}

/** The share by which a repetition comes earlier or later, so that many do not come at once. */
const resendJitter = 0.2;

export function createDispatch<W>(options: DispatchOptions<W>): Dispatch<W> {
  const { servers, random, perServerMax, emit, awaitTurn, schedule, isOpen } = options;
  const held = createHeld<W>();
  /** Routes without a fit listener, and since when. */
  const unserved = new Map<string, number>();
  let markersHeld = 0;
  let proven = false;
  let roomAgain = false;
  let sent = 0;
  let resent = 0;

  const canSend = (): boolean => markersHeld > 0 && proven;

  const suspects = createSuspects<W>({
    isOpen,
    canSend,
    schedule,
    choose,
    give,
    released: refill,
    nobodyFit({ call: { target } }) {
      if (target.unheard === 'fail') awaitTurn();
    },
  });

  function offer(request: OpenRequest<W>, nowMs: number): void {
    if (!canSend()) {
      held.add(request);
      return;
    }
    probe(request, nowMs);
    const server = choose(request);
    if (server === undefined) {
      held.add(request);
      if (request.call.target.unheard === 'fail') awaitTurn();
    } else {
      give(request, server, nowMs);
    }
  }

  /** Sends a copy to a server that is passed over and due for one; nobody waits for its answer. */
  function probe(request: OpenRequest<W>, nowMs: number): void {
    if (request.call.target.pinned !== undefined) return;
    const server = servers.takeProbe(request.call.target.route, nowMs);
    if (server === undefined) return;
    noteEarlier(request, server, nowMs);
    send(request, server, nowMs);
  }

  function choose(request: OpenRequest<W>, reservedToo = isSuspect(request)): Server | undefined {
    const { route, contract, pinned, unheard } = request.call.target;
    if (pinned !== undefined) {
      const server = servers.find(route, pinned);
      return server !== undefined && request.refused?.has(server) === true ? undefined : server;
    }
    // Whoever is to fall back rather hears that a server is full than waits for it.
    const inFlightMax = unheard === 'hold' ? perServerMax : Number.POSITIVE_INFINITY;
    const choice = servers.choose(route, contract, request.refused, inFlightMax, reservedToo);
    return choice === undefined || (unheard === 'fail' && !choice.fit) ? undefined : choice.server;
  }

  function give(request: OpenRequest<W>, server: Server, nowMs: number): void {
    if (request.server === undefined) held.remove(request);
    else resent += 1;
    move(request, server, nowMs);
    request.resendDueMs = nowMs + request.resendEveryMs * (1 + resendJitter * (2 * random() - 1));
    send(request, server, nowMs);
    // A new request is scheduled by its call; one that was held or moved is due earlier than it thought.
    if (request.scheduledMs < Number.POSITIVE_INFINITY) schedule(request);
  }

  function move(request: OpenRequest<W>, server: Server | undefined, nowMs: number): void {
    if (request.server === server) return;
    if (request.server?.address !== server?.address) request.listed = false;
    if (request.server !== undefined) leave(request.server);
    if (server !== undefined) server.inFlight += 1;
    assign(request, server, nowMs);
  }

  /** One request fewer waits for the server. */
  function leave(server: Server): void {
    if (server.inFlight === perServerMax) roomAgain = true;
    server.inFlight -= 1;
  }

  function send(request: OpenRequest<W>, server: Server, nowMs: number): void {
    const { seq, work, deadlineMs } = request.call;
    sent += 1;
    request.attempts += 1;
    const ttlMs = Math.max(0, deadlineMs - nowMs);
    emit({ type: 'send', seq, to: server.address, work, ttlMs, attempt: request.attempts });
  }

  function refill(nowMs: number): void {
    if (!canSend()) return;
    for (const route of held.routes()) {
      for (const request of held.of(route)) {
        offer(request, nowMs);
        if (request.server === undefined && request.refused === undefined) break;
      }
    }
  }

  function sendAgain(request: OpenRequest<W>, nowMs: number): void {
    const { server } = request;
    const { route, unheard } = request.call.target;
    if (server === undefined || request.settled || markersHeld === 0) return;
    // Found by address: after a failover the same server is listed anew.
    const same = servers.find(route, server.address);
    if (same === undefined && isSuspect(request)) return suspect(request, nowMs);
    const next = same ?? choose(request);
    if (next === undefined) {
      if (unheard === 'fail') awaitTurn();
      return;
    }
    give(request, next, nowMs);
  }

  function suspect(request: OpenRequest<W>, nowMs: number): void {
    if (request.server === undefined) held.remove(request);
    move(request, undefined, nowMs);
    suspects.add(request, nowMs);
  }

  function takeBack(request: OpenRequest<W>, nowMs: number): void {
    move(request, undefined, nowMs);
    held.add(request);
  }

  function obstacle({ call: { target } }: OpenRequest<W>): Obstacle {
    if (markersHeld === 0) return 'no-broker';
    if (!proven) return 'no-ear';
    // For room waits only who may go to any server, and has nothing better to do than to wait.
    const waitsForRoom = target.unheard === 'hold' && target.pinned === undefined;
    return waitsForRoom && servers.anyOn(target.route) ? 'no-room' : 'no-server';
  }

  return {
    offer,
    obstacle,
    choose,
    give,
    sendAgain,
    refill,
    suspect,
    giveUntried(request, nowMs) {
      const server = canSend() ? choose(request) : undefined;
      if (server === undefined) return suspects.add(request, nowMs);
      suspects.remove(request);
      give(request, server, nowMs);
    },
    tryNext: suspects.proceed,
    trialDueMs: suspects.deadlineMs,
    canSend,
    unservedSinceMs({ call: { target } }, nowMs) {
      const sinceMs = unserved.get(target.route) ?? nowMs;
      unserved.set(target.route, sinceMs);
      return sinceMs;
    },
    offerHeld(route, nowMs) {
      unserved.delete(route);
      suspects.reconsider();
      for (const request of held.of(route)) offer(request, nowMs);
    },
    offerAllHeld(nowMs) {
      suspects.reconsider();
      for (const route of held.routes()) for (const request of held.of(route)) offer(request, nowMs);
    },
    move,
    reassign(request, server, nowMs) {
      if (!isSuspect(request) && !server.reserved) give(request, server, nowMs);
      else if (request.server === undefined) return;
      else if (isSuspect(request)) suspect(request, nowMs);
      else takeBack(request, nowMs);
    },
    takeBack,
    release(request) {
      if (isSuspect(request)) suspects.remove(request);
      if (request.server === undefined) held.remove(request);
      else leave(request.server);
    },
    markers(count) {
      markersHeld = count;
    },
    ear(isProven) {
      proven = isProven;
    },
    isLinked: () => markersHeld > 0,
    hasRoomAgain() {
      const had = roomAgain;
      roomAgain = false;
      return had;
    },
    counters: () => ({ sent, resent }),
  };
}
