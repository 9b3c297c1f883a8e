/*
 * What becomes of open requests when something is heard of a server: it listens, it does so no more, it has ended, it is at work.
 */
import type { Failure } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import type { SeqTable } from '../structures/seq-table.ts';
import type { Dispatch } from './dispatch.ts';
import type { LeaseTimers } from './lease-timers.ts';
import type { Leases } from './leases.ts';
import { serverLost } from './outcomes.ts';
import type { OpenRequest } from './request.ts';
import { requestsAndCopiesAt, requestsAt } from './in-flight.ts';
import { forgetAsked, mayRunAt } from './request.ts';
import type { Place, Rooms } from './rooms.ts';
import { pause } from './rooms.ts';
import type { Server, Servers } from './servers.ts';
import type { Silence } from './silence.ts';
import type { BeatInput } from './types.ts';

export interface ServerNews {
  listenerUp(route: string, address: string, nowMs: number): void;
  listenerDown(route: string, address: string, nowMs: number): void;
  ended(address: string, nowMs: number): void;
  beat(beat: BeatInput, nowMs: number): void;
  /** What is in flight may be lost. @param newBroker servers come to it one after the other: each is waited for */
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
  /** It is looked at when all that has arrived is known. */
  awaitTurn(request: OpenRequest<W>): void;
  /** Further ends may have arrived. */
  awaitEnds(): void;
}

/** A repetition that is older has arrived. */
const crossesMs = 100;
/** What was sent to a server while it was silent, it reads and names within this time after the beat that ends its silence. */
const heardMs = 200;
/** Within it after a failover each server is back. */
const comesBackMs = 500;
/** Times in a row that a server may give back all that it has. */
const returnsMax = 3;

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

  function takeBack(place: Place, returned: readonly number[], nowMs: number): void {
    const those = requestsAt<W>([place], ({ settled, call }) => !settled && isAmong(returned, call.seq));
    for (const request of those) {
      const { server } = request;
      // A copy that is on its way to it would run there as well.
      if (server === undefined || (request.repeatedMs ?? never) + crossesMs > nowMs) continue;
      if (request.room !== undefined) pause(request.room);
      dispatch.takeBack(request, nowMs);
      forgetAsked(request, server);
      if (server.place.inFlight === 0) hasGivenBackAll(server, nowMs);
    }
  }

  /** It keeps the oldest, unless it has answered that in the same moment. Once may be chance; without end it would be sent it again. */
  function hasGivenBackAll(server: Server, nowMs: number): void {
    server.place.returns += 1;
    if (server.place.returns >= returnsMax) servers.passOver(server, nowMs);
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
      // What is in flight is looked at only if something of it may have lost its server; the marker that comes next sends it all again.
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
      // Without a marker everything vanishes, because the broker does: the marker that comes next sends it all again.
      const place = rooms.find(address);
      if (routes.length === 0 || place === undefined || !dispatch.isLinked()) return;
      for (const request of requestsAt<W>([place], ({ call }) => routes.includes(call.target.route))) {
        if (silence.stays(request, 0, nowMs)) schedule(request);
        else dispatch.sendAgain(request, nowMs);
      }
      // Those that wait for room are told when nobody listens any more.
      if (!routes.every(servers.anyOn)) dispatch.offerAllHeld(nowMs);
    },

    /**
     * Counts the end for each request that the server may have been at work on. They go to others when all ends that have
     * arrived are known: behind a link that was cut lie the notices of all servers that ended meanwhile.
     */
    ended(address, nowMs) {
      const routes = servers.routesOf(address);
      const place = rooms.find(address);
      const those = place === undefined ? [] : requestsAndCopiesAt<W>(place);
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

    /** What the server has stays with it; what it had and has no more was answered, and the answer is lost. */
    beat({ sender, held, silentMs, windows, returned = [], progress }, nowMs) {
      // Anybody may say that he is at work: nothing is kept for those whom nobody here knows.
      const place = rooms.find(sender);
      if (place === undefined) return;
      if (windows !== undefined) {
        for (const [contract, window] of Object.entries(windows)) {
          if (rooms.announced(sender, contract, window)) dispatch.freed(contract);
        }
        // Also of contracts that it has not had to do with: it gave them back while it did not know how long another would take.
        dispatch.resume(place, undefined);
      }
      if (returned.length > 0) takeBack(place, returned, nowMs);
      if (held === undefined) return;
      leases.beat(sender, Math.max(silentMs, heardMs), nowMs);
      timers.granted(place, leases.untilMs(sender));
      if (progress !== undefined) hearProgress(sender, progress);
      for (const request of requestsAt<W>([place], ({ settled }) => !settled)) {
        const isHeld = isAmong(held, request.call.seq);
        if (request.listed && !isHeld) {
          request.lost = true;
          request.staysUntilMs = undefined;
          // The answer may have come beside the beat, on a topic of its own.
          awaitTurn(request);
        }
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

/** Whether a seq lies in one of the ranges, which come in their order. */
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
