/*
 * The servers that may get a request, and which of them gets the next one.
 *
 * The order (docs/wire.md, "Choosing a server"): servers that are not passed over first, then those with the fewest
 * requests in flight from here, then round-robin from a random start. While the best ones have no room (rooms.ts), a
 * request waits for them. A newcomer has neither answered nor sent a beat yet. While other servers have room, newcomers
 * are tried one at a time, with requests that are sent for the first time. A server that is passed over is
 * not excluded: it left a request unanswered for the whole answer timeout, and comes last until it answers anything or
 * its subscription is new. It gets a copy of one request a second, so that the requester notices its recovery and no
 * caller waits for it. A server that fails (failing-servers.ts), or does not know the contract, comes after all others.
 * A request that fails while no server listens is not sent to a server that is known not to know its contract.
 *
 * All lanes of an operation together are a route as well: a server listens on it from its first lane to its last. So a
 * request that may take any lane can go to all their servers, and a server that is listed lane by lane comes and goes
 * only once. Of equally busy servers, one that listens on the preferred lane is chosen.
 */
import type { Failure } from '@cateto/contracts';
import { anyLaneOf, lanes } from '@cateto/contracts';
import type { Failing } from './failing-servers.ts';
import type { Server } from './server.ts';
import { isBetter, isCandidate, isFit, rankOf } from './server.ts';
import type { Place, Room, Rooms, Size } from './rooms.ts';
import { hasRoom, hasRoomFor } from './rooms.ts';
import type { Target } from './types.ts';

export type { Server } from './server.ts';

export interface Servers {
  /** @returns the routes on which it listens from now on: this one, and all lanes together with its first lane */
  up(route: string, address: string): readonly string[];
  /** @returns the routes on which it does not listen any more; none if it did not listen on this one */
  down(route: string, address: string): readonly string[];
  find(route: string, address: string): Server | undefined;
  /** The routes on which the server at this address listens. */
  routesOf(address: string): readonly string[];
  /** Requests wait for this server, even if it does not listen any more. */
  await(server: Server): void;
  /** Places where requests may wait for a server that has stopped listening on a route. */
  awaited(): Iterable<Place>;
  /** Whether any server listens on the route. */
  anyOn(route: string): boolean;
  /** Whether a server listens on the route that has been heard and is not passed over. */
  anyHeard(route: string): boolean;
  /**
   * @param asSuspect a reserved server may be chosen if there is no other, and none needs room
   * @param size of the request and of its expected answer
   * @param origin where the candidates have no room, one may take one request more of this origin
   * @param isRetry it was sent before, so it goes to a server that has been heard, if one of those has room
   * @returns `full` while the candidates have no room, or a suspect occupies them; undefined when no server listens
   * that has not refused, or, for an impatient request, none that is not passed over
   */
  choose(
    target: Target,
    refused: ReadonlySet<Server> | undefined,
    asSuspect?: boolean,
    origin?: string,
    size?: Size,
    isRetry?: boolean,
  ): Server | 'full' | undefined;
  /** The refusal of a listening server that does not know the contract; undefined without such a server. */
  refusalOf(target: Target): Failure | undefined;
  roomOf(server: Server, contract: string): Room;
  /**
   * A server that is passed over or fails, and is due for a copy of this request. It is due again a second later, a
   * newcomer ten seconds later.
   */
  takeProbe(target: Target, nowMs: number): Server | undefined;
  passOver(server: Server, nowMs: number): void;
  /** It answered something, or a newcomer sent its first beat: it is not passed over any more. */
  heardFrom(address: string): void;
}

interface Route {
  readonly servers: Server[];
  /** Where the next round begins. */
  next: number;
}

const probeEveryMs = 1_000;
/**
 * When its event loop is free, a newcomer reacts to its first request. A copy that arrives then would run too. It gets
 * copies only because its first request may be lost.
 */
const newcomerProbeEveryMs = 10_000;

export function createServers(random: () => number, rooms: Rooms, failing: Failing): Servers {
  const routes = new Map<string, Route>();
  const servers = new Map<string, Server>();
  /** Servers that have stopped listening on a route, and had requests from here then. */
  const awaited = new Set<Place>();
  let lastId = 0;
  /** How many of the listed servers are passed over. */
  let passedOverCount = 0;

  function wellAgain(server: Server): void {
    if (server.probeDueMs === undefined) return;
    server.probeDueMs = undefined;
    passedOverCount -= 1;
  }

  function roomOf(server: Server, contract: string): Room {
    if (server.room?.contract !== contract) server.room = rooms.of(server.place, contract);
    return server.room;
  }

  /** The least busy of these servers without room that takes one request more of this origin. */
  function firstFor(origin: string, contract: string, full: readonly Server[], size: Size): Server | undefined {
    let best: Server | undefined;
    for (const server of full) {
      if (server.reserved || !hasRoomFor(origin, roomOf(server, contract), size)) continue;
      if (best === undefined || server.place.inFlight < best.place.inFlight) best = server;
    }
    return best;
  }

  function join(server: Server, name: string): void {
    server.routes.add(name);
    const route = routes.get(name);
    if (route === undefined) routes.set(name, { servers: [server], next: 0 });
    else {
      route.servers.push(server);
      route.next = Math.floor(random() * route.servers.length);
    }
  }

  function leave(server: Server, name: string): void {
    const route = routes.get(name);
    if (route === undefined || !server.routes.delete(name)) return;
    route.servers.splice(route.servers.indexOf(server), 1);
    if (route.servers.length === 0) routes.delete(name);
  }

  function takePassedOver(name: string, nowMs: number): Server | undefined {
    if (passedOverCount === 0) return undefined;
    const due = routes
      .get(name)
      ?.servers.find(({ probeDueMs, reserved }) => probeDueMs !== undefined && !reserved && nowMs >= probeDueMs);
    if (due !== undefined) due.probeDueMs = probeAfter(due, nowMs);
    return due;
  }

  function takeFailing({ route, contract, answerRoute }: Target, nowMs: number): Server | undefined {
    if (!failing.any()) return undefined;
    const mayTake = ({ address }: Place): boolean => {
      const server = servers.get(address);
      return server?.routes.has(route) === true && !server.reserved && server.probeDueMs === undefined;
    };
    const place = failing.takeProbe(contract, answerRoute, nowMs, mayTake);
    return place === undefined ? undefined : servers.get(place.address);
  }

  return {
    roomOf,
    up(name, address) {
      let server = servers.get(address);
      if (server === undefined) {
        lastId += 1;
        server = {
          id: lastId,
          address,
          routes: new Set(),
          place: rooms.at(address),
          copies: 0,
          reserved: false,
          probeDueMs: undefined,
          unfit: new Map(),
          room: undefined,
        };
        servers.set(address, server);
      }
      if (server.routes.has(name)) return noRoutes;
      wellAgain(server);
      server.place.isListed = true;
      const anyLane = anyLaneOf(name);
      const names = anyLane === undefined || server.routes.has(anyLane) ? [name] : [name, anyLane];
      for (const each of names) join(server, each);
      return names;
    },
    down(name, address) {
      const server = servers.get(address);
      if (server?.routes.has(name) !== true) return noRoutes;
      leave(server, name);
      if (server.place.inFlight > 0) awaited.add(server.place);
      const anyLane = anyLaneOf(name);
      const isLast = anyLane !== undefined && !lanes.some((lane) => server.routes.has(`${anyLane}.${lane}`));
      if (isLast) leave(server, anyLane);
      if (server.routes.size === 0) {
        servers.delete(address);
        if (server.probeDueMs !== undefined) passedOverCount -= 1;
        server.place.isListed = false;
        if (server.place.failing !== undefined) failing.gone(server.place);
      }
      return isLast ? [name, anyLane] : [name];
    },
    find(name, address) {
      const server = servers.get(address);
      return server?.routes.has(name) === true ? server : undefined;
    },
    routesOf: (address) => [...(servers.get(address)?.routes ?? [])],
    await: ({ place }) => void awaited.add(place),
    awaited() {
      for (const place of awaited) if (place.inFlight === 0) awaited.delete(place);
      return awaited;
    },
    anyOn: (name) => routes.has(name),
    anyHeard: (name) =>
      routes.get(name)?.servers.some(({ place, probeDueMs }) => place.isHeard && probeDueMs === undefined) === true,
    choose(target, refused, asSuspect = false, origin?: string, size = small, isRetry = false) {
      const { route: name, contract, lanes: preferences, impatient } = target;
      const route = routes.get(name);
      if (route === undefined) return undefined;
      const preferred = preferences?.[0];
      let best: Server | undefined;
      let bestRank = none;
      let bestIndex = 0;
      let newcomer: Server | undefined;
      let newcomerIndex = 0;
      /** No newcomer may be tried with this request while another server has room. */
      let isTrying = isRetry;
      /** The rank of the best server that has no room now. */
      let fullRank = none;
      const count = route.servers.length;
      for (let step = 0; step < count; step += 1) {
        const index = (route.next + step) % count;
        const server = route.servers[index];
        if (server === undefined) continue;
        const rank = rankOf(server, contract);
        const isNewcomer = rank === 0 && !server.place.isHeard;
        if (isNewcomer && server.place.inFlight > 0) isTrying = true;
        if (rank > bestRank || !isCandidate(server, target, refused)) continue;
        const rival = isNewcomer ? newcomer : best;
        if (rival !== undefined && (isNewcomer || rank === bestRank) && !isBetter(server, rival, preferred)) continue;
        if (!asSuspect && (server.reserved || !hasRoom(roomOf(server, contract), size, isRetry))) {
          if (rank < fullRank) fullRank = rank;
        } else if (isNewcomer) {
          newcomer = server;
          newcomerIndex = index;
        } else {
          best = server;
          bestRank = rank;
          bestIndex = index;
        }
      }
      if (
        newcomer !== undefined &&
        (best === undefined || bestRank > 0 || (!isTrying && !isBetter(best, newcomer, preferred)))
      ) {
        best = newcomer;
        bestRank = 0;
        bestIndex = newcomerIndex;
      }
      if (impatient === true && !isFit(Math.min(fullRank, bestRank))) return undefined;
      if (fullRank < bestRank) {
        if (origin === undefined) return 'full';
        const full = route.servers.filter(
          (each) => isCandidate(each, target, refused) && rankOf(each, contract) === fullRank,
        );
        return firstFor(origin, contract, full, size) ?? 'full';
      }
      if (best === undefined) return undefined;
      route.next = (bestIndex + 1) % count;
      return best;
    },
    refusalOf({ route, contract }) {
      for (const { unfit } of routes.get(route)?.servers ?? []) if (unfit.has(contract)) return unfit.get(contract);
      return undefined;
    },
    takeProbe: (target, nowMs) => takePassedOver(target.route, nowMs) ?? takeFailing(target, nowMs),
    passOver(server, nowMs) {
      if (server.probeDueMs !== undefined) return;
      server.probeDueMs = probeAfter(server, nowMs);
      if (server.routes.size > 0) passedOverCount += 1;
    },
    heardFrom(address) {
      const server = servers.get(address);
      if (server === undefined) return;
      server.place.isHeard = true;
      wellAgain(server);
    },
  };
}

/** The lane on which a server gets a request: the preferred one, if the server listens on it. */
export function routeTo({ route, lanes: preferences }: Target, { routes }: Server): string {
  if (preferences === undefined) return route;
  return preferences.find((lane) => routes.has(lane)) ?? preferences[0] ?? route;
}

function probeAfter({ place }: Server, nowMs: number): number {
  return nowMs + (place.isHeard ? probeEveryMs : newcomerProbeEveryMs);
}

const noRoutes: readonly string[] = [];
const small: Size = {};
const none = Number.POSITIVE_INFINITY;
