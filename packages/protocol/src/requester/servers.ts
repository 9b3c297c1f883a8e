/*
 * The servers a requester may ask, and which of them it asks next.
 *
 * Choosing: those not passed over first, then the fewest requests in flight from here, then round-robin from a random
 * start (docs/protocol.md, section 3). Passed over is an order of preference, never an exclusion: a server that left a
 * request unanswered for the whole answer timeout is asked last until it answers anything or its subscription is new,
 * and is sent a copy of one request a second, so that it is found well again without anyone having to wait for it.
 */

export interface Server {
  readonly address: string;
  /** Routes on which it listens now. */
  readonly routes: Set<string>;
  /** Requests that wait for it, from here. */
  inFlight: number;
  /** Open requests of which it has a copy though another server is to answer them. */
  copies: number;
  /** A suspect is tried on it (suspects.ts): it takes nothing else from here. */
  reserved: boolean;
  /** Passed over: it is due for a probe from then on. */
  probeDueMs: number | undefined;
  /** Contracts that it does not know, or in another version; that does not change while it lives. */
  readonly unfit: Set<string>;
}

export interface Choice {
  readonly server: Server;
  /** Better than being passed over: it may be waited for. */
  readonly fit: boolean;
}

export interface Servers {
  up(route: string, address: string): void;
  /** @returns the server if it listened on the route until now */
  down(route: string, address: string): Server | undefined;
  find(route: string, address: string): Server | undefined;
  /** Routes on which the server at this address listens. */
  routesOf(address: string): readonly string[];
  /** Whether anybody listens on the route. */
  anyOn(route: string): boolean;
  /**
   * @param inFlightMax a server that as many requests wait for, from here, is left out
   * @param reservedToo a reserved server may be chosen if there is no other
   */
  choose(
    route: string,
    contract: string,
    refused: ReadonlySet<Server> | undefined,
    inFlightMax: number,
    reservedToo?: boolean,
  ): Choice | undefined;
  /** A passed-over server of the route that is due for a probe now; it is due again a second later. */
  takeProbe(route: string, nowMs: number): Server | undefined;
  passOver(server: Server, nowMs: number): void;
  /** It answered something: it is well. */
  answered(address: string): void;
}

interface Route {
  readonly servers: Server[];
  /** Where the next round begins. */
  next: number;
  passedOver: number;
}

const probeEveryMs = 1_000;

export function createServers(random: () => number): Servers {
  const routes = new Map<string, Route>();
  const servers = new Map<string, Server>();

  function wellAgain(server: Server): void {
    if (server.probeDueMs === undefined) return;
    server.probeDueMs = undefined;
    for (const name of server.routes) {
      const route = routes.get(name);
      if (route !== undefined) route.passedOver -= 1;
    }
  }

  return {
    up(name, address) {
      let server = servers.get(address);
      if (server === undefined) {
        server = {
          address,
          routes: new Set(),
          inFlight: 0,
          copies: 0,
          reserved: false,
          probeDueMs: undefined,
          unfit: new Set(),
        };
        servers.set(address, server);
      }
      if (server.routes.has(name)) return;
      wellAgain(server);
      server.routes.add(name);
      const route = routes.get(name);
      if (route === undefined) routes.set(name, { servers: [server], next: 0, passedOver: 0 });
      else {
        route.servers.push(server);
        route.next = Math.floor(random() * route.servers.length);
      }
    },
    down(name, address) {
      const server = servers.get(address);
      const route = routes.get(name);
      if (server === undefined || route === undefined || !server.routes.delete(name)) return undefined;
      route.servers.splice(route.servers.indexOf(server), 1);
      if (server.probeDueMs !== undefined) route.passedOver -= 1;
      if (route.servers.length === 0) routes.delete(name);
      if (server.routes.size === 0) servers.delete(address);
      return server;
    },
    find(name, address) {
      const server = servers.get(address);
      return server?.routes.has(name) === true ? server : undefined;
    },
    routesOf: (address) => [...(servers.get(address)?.routes ?? [])],
    anyOn: (name) => routes.has(name),
    choose(name, contract, refused, inFlightMax, reservedToo = false) {
      const route = routes.get(name);
      if (route === undefined) return undefined;
      let best: Server | undefined;
      let bestRank = 0;
      let bestIndex = 0;
      const count = route.servers.length;
      for (let step = 0; step < count; step += 1) {
        const index = (route.next + step) % count;
        const server = route.servers[index];
        if (server === undefined || server.inFlight >= inFlightMax || refused?.has(server) === true) continue;
        if (server.reserved && !reservedToo) continue;
        const rank = rankOf(server, contract);
        if (best === undefined || rank < bestRank || (rank === bestRank && server.inFlight < best.inFlight)) {
          best = server;
          bestRank = rank;
          bestIndex = index;
        }
      }
      if (best === undefined) return undefined;
      route.next = (bestIndex + 1) % count;
      return { server: best, fit: best.probeDueMs === undefined };
    },
    takeProbe(name, nowMs) {
      const route = routes.get(name);
      if (route === undefined || route.passedOver === 0) return undefined;
      const due = route.servers.find(
        ({ probeDueMs, reserved }) => !reserved && probeDueMs !== undefined && probeDueMs <= nowMs,
      );
      if (due !== undefined) due.probeDueMs = nowMs + probeEveryMs;
      return due;
    },
    passOver(server, nowMs) {
      if (server.probeDueMs !== undefined) return;
      server.probeDueMs = nowMs + probeEveryMs;
      for (const name of server.routes) {
        const route = routes.get(name);
        if (route !== undefined) route.passedOver += 1;
      }
    },
    answered(address) {
      const server = servers.get(address);
      if (server !== undefined) wellAgain(server);
    },
  };
}

function rankOf(server: Server, contract: string): number {
  if (server.reserved) return 3;
  if (server.probeDueMs !== undefined) return 2;
  return server.unfit.size > 0 && server.unfit.has(contract) ? 1 : 0;
}
