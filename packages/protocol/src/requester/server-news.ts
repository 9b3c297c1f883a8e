/*
 * Updates the open requests when there is news of a server: it listens, it stops listening, its process has ended,
 * or it sends a beat.
 */
import type { Failure } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import type { SeqTable } from '../structures/seq-table.ts';
import type { Dispatch } from './dispatch.ts';
import type { LeaseTimers } from './lease-timers.ts';
import type { Leases } from './leases.ts';
import { serverLost } from './own-failures.ts';
import { signed } from './first-signs.ts';
import type { OpenRequest } from './request.ts';
import { requestsAndCopiesAt, requestsAt } from './in-flight.ts';
import { forgetAsked, mayRunAt } from './request.ts';
import type { Place, Rooms } from './rooms.ts';
import { pause, returnsAll } from './rooms.ts';
import type { Server, Servers } from './servers.ts';
import type { Silence } from './silence.ts';
import type { BeatInput } from './types.ts';

export interface ServerNews {
  listenerUp(route: string, address: string, nowMs: number): void;
  listenerDown(route: string, address: string, nowMs: number): void;
  ended(address: string, nowMs: number): void;
  beat(beat: BeatInput, nowMs: number): void;
  /**
   * Requests in flight may be lost. @param newBroker servers connect to the new broker one by one, so each is waited
   * for
   */
  sendAllAgain(newBroker: boolean, nowMs: number): void;
}

export interface ServerNewsParts<W> {
  readonly servers: Servers;
  readonly rooms: Rooms;
  readonly leases: Leases;
  readonly timers: LeaseTimers;
  readonly silence: Silence<W>;
  readonly dispatch: Dispatch<W>;
  readonly open: Pick<SeqTable<OpenRequest<W>>, 'get' | 'values'>;
  progressed(request: OpenRequest<W>, share: number): void;
  settle(request: OpenRequest<W>, outcome: Failure): void;
  schedule(request: OpenRequest<W>): void;
  /** It is checked when everything that has arrived is known. */
  awaitTurn(request: OpenRequest<W>): void;
  /** Further notices of ends may have arrived. */
  awaitEnds(): void;
}

/** An older repetition has arrived by then. */
const crossesMs = 100;
/**
 * A server that was silent reads and names the requests of that time within this time after the beat that ends its
 * silence.
 */
const heardMs = 200;
/** After a failover, each server is back within this time. */
const comesBackMs = 500;

const never = Number.NEGATIVE_INFINITY;

export function createServerNews<W>(parts: ServerNewsParts<W>): ServerNews {
  const {
    servers,
    rooms,
    leases,
    timers,
    silence,
    dispatch,
    open,
    progressed,
    settle,
    schedule,
    awaitTurn,
    awaitEnds,
  } = parts;

  /** @param leaving the server drains: it may have run these requests, and ignores copies */
  function takeBack(place: Place, returned: readonly number[], leaving: boolean, nowMs: number): void {
    const those = requestsAt<W>([place], ({ settled, call }) => !settled && isAmong(returned, call.seq));
    for (const request of those) {
      const { server } = request;
      if (server === undefined) continue;
      // A copy may be in flight to this server, and would run there as well. If no copy is, the next beat does not name
      // the request, and it moves then. The server has just spoken, so it does not count as silent.
      if (!leaving && (request.repeatedMs ?? never) + Math.max(crossesMs, place.signs.meanMs) > nowMs) {
        request.serverSinceMs = nowMs;
        continue;
      }
      if (request.room !== undefined) pause(request.room, request.call.origin);
      dispatch.takeBack(request, nowMs);
      if (!leaving) forgetAsked(request, server);
      if (server.place.inFlight === 0) hasGivenBackAll(server, nowMs);
    }
  }

  /**
   * A server keeps the oldest request, unless it has answered that at the same moment. This may happen once by chance.
   * If it happens again and again, the server would get the same requests for ever.
   */
  function hasGivenBackAll(server: Server, nowMs: number): void {
    server.place.returns += 1;
    if (returnsAll(server.place)) servers.passOver(server, nowMs);
  }

  function hearProgress(sender: string, progress: readonly number[]): void {
    for (let index = 0; index + 1 < progress.length; index += 2) {
      const request = open.get(progress[index] as number);
      const share = progress[index + 1] as number;
      if (request?.server?.address === sender && !request.settled && share <= 1) progressed(request, share);
    }
  }

  return {
    listenerUp(route, address, nowMs) {
      const routes = servers.up(route, address);
      for (const each of routes) dispatch.offerHeld(each, nowMs);
      // Requests in flight are only checked if some of them may have lost their server. The next marker resends all of
      // them.
      if (!dispatch.isLinked()) return;
      const those = requestsAt<W>(
        servers.awaited(),
        ({ server, call: { target } }) => routes.includes(target.route) && server?.routes.has(target.route) === false,
      );
      for (const request of those) {
        if (request.server?.address === address || !silence.isStaying(request, nowMs)) {
          dispatch.sendAgain(request, nowMs);
        }
      }
    },

    listenerDown(route, address, nowMs) {
      const routes = servers.down(route, address);
      // Without a marker everything vanishes, because the broker is gone. The next marker resends everything.
      const place = rooms.find(address);
      if (routes.length === 0 || place === undefined || !dispatch.isLinked()) return;
      for (const request of requestsAt<W>([place], ({ call }) => routes.includes(call.target.route))) {
        const leastMs = place.isLeaving && request.listed ? Number.POSITIVE_INFINITY : 0;
        if (silence.stays(request, leastMs, nowMs)) schedule(request);
        else dispatch.sendAgain(request, nowMs);
      }
      // Requests that wait for room learn when no server listens any more.
      if (!routes.every(servers.anyOn)) dispatch.offerAllHeld(nowMs);
    },

    /**
     * Counts the end for each request that the server may have been working on, unless the server listens no more: then
     * it was draining. The requests go to other servers when all notices that have arrived are known: behind a link that
     * was cut are the notices of all servers that ended meanwhile.
     */
    ended(address, nowMs) {
      const routes = servers.routesOf(address);
      const place = rooms.find(address);
      if (place === undefined) return;
      const those = requestsAndCopiesAt<W>(place);
      // A server that has drained.
      if (those.length === 0 && routes.length === 0) return;
      leases.forget(address);
      for (const request of those) {
        if (request.server?.address === address) {
          awaitTurn(request);
          request.listed = false;
          request.staysUntilMs = undefined;
        }
        if (!dispatch.isLinked() || request.settled) continue;
        if (!routes.includes(request.call.target.route) || !mayRunAt(request, address)) continue;
        request.ends += 1;
        if (request.ends >= limits.serverEndsMax) settle(request, serverLost);
      }
      for (const route of routes) servers.down(route, address);
      dispatch.offerAllHeld(nowMs);
      awaitEnds();
    },

    /**
     * Requests that the server has stay with it. A request that it had and does not have any more was answered, and the
     * answer is lost.
     */
    beat({ sender, held, silentMs, windows, returned = [], progress, leaving }, nowMs) {
      // Any peer can send a beat. Nothing is stored for unknown servers.
      const place = rooms.find(sender);
      if (place === undefined) return;
      // A newcomer was passed over for its silence alone. If it got copies from now on, they would run there too.
      if (!place.isHeard) servers.heardFrom(sender);
      place.isHeard = true;
      if (windows !== undefined) {
        for (const [contract, window] of Object.entries(windows)) {
          if (rooms.announced(sender, contract, window)) dispatch.freed(contract);
        }
        // Also for other contracts: it gave those back while it did not know how long a request would take.
        dispatch.resume(place, undefined);
      }
      if (returned.length > 0) takeBack(place, returned, leaving === true, nowMs);
      if (held === undefined) return;
      if (leaving === true) place.isLeaving = true;
      leases.beat(sender, Math.max(silentMs, heardMs), nowMs);
      timers.granted(place, leases.untilMs(sender));
      if (progress !== undefined) hearProgress(sender, progress);
      for (const request of requestsAt<W>([place], ({ settled }) => !settled)) {
        const isHeld = isAmong(held, request.call.seq);
        if (leaving === true && !isHeld && silence.isStaying(request, nowMs)) {
          request.staysUntilMs = undefined;
          awaitTurn(request);
        }
        if (request.listed && !isHeld) {
          request.lost = true;
          request.staysUntilMs = undefined;
          // The answer may have arrived together with the beat, on its own topic.
          awaitTurn(request);
        }
        if (isHeld) signed(request, place.signs, nowMs);
        request.listed = isHeld;
        if (isHeld) silence.staysOn(request, nowMs + silentMs);
      }
    },

    sendAllAgain(newBroker, nowMs) {
      const waits = (request: OpenRequest<W>): boolean =>
        newBroker ? silence.stays(request, comesBackMs, nowMs) : silence.isStaying(request, nowMs);
      for (const request of open.values()) {
        const { server, call } = request;
        const isListed = server === undefined || servers.find(call.target.route, server.address) !== undefined;
        if (!isListed && waits(request)) schedule(request);
        else dispatch.sendAgain(request, nowMs);
      }
    },
  };
}

/** Whether a seq is in one of the ranges, which are in ascending order. */
function isAmong(ranges: readonly number[], seq: number): boolean {
  let low = 0;
  let high = ranges.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[2 * middle + 1] as number) < seq) low = middle + 1;
    else high = middle;
  }
  const from = ranges[2 * low];
  return from !== undefined && from <= seq && seq <= (ranges[2 * low + 1] ?? 0);
}
