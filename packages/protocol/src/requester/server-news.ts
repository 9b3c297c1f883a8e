/*
 * What becomes of open requests when something is heard of a server: it listens, it does so no more, it has ended, it is at work.
 */
import type { Failure } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import type { Dispatch } from './dispatch.ts';
import type { Leases } from './leases.ts';
import { serverLost } from './outcomes.ts';
import type { OpenRequest } from './request.ts';
import { mayRunAt } from './request.ts';
import type { Servers } from './servers.ts';
import type { Silence } from './silence.ts';

export interface ServerNews {
  listenerUp(route: string, address: string, nowMs: number): void;
  listenerDown(route: string, address: string, nowMs: number): void;
  ended(address: string): void;
  /** @param held seqs from, to, from, to, …, in their order */
  beat(sender: string, held: readonly number[], silentMs: number, nowMs: number): void;
}

export interface ServerNewsParts<W> {
  readonly servers: Servers;
  readonly leases: Leases;
  readonly silence: Silence<W>;
  readonly dispatch: Dispatch<W>;
  /** Open requests, by seq. */
  open(): readonly OpenRequest<W>[];
  settle(request: OpenRequest<W>, outcome: Failure): void;
  schedule(request: OpenRequest<W>): void;
  awaitTurn(): void;
}

export function createServerNews<W>(parts: ServerNewsParts<W>): ServerNews {
  const { servers, leases, silence, dispatch, open, settle, schedule, awaitTurn } = parts;

  return {
    listenerUp(route, address, nowMs) {
      servers.up(route, address);
      dispatch.offerHeld(route, nowMs);
      for (const request of open()) {
        if (request.call.target.route === route && request.server?.routes.has(route) === false)
          dispatch.sendAgain(request, nowMs);
      }
    },

    listenerDown(route, address, nowMs) {
      const gone = servers.down(route, address);
      // Without a marker everything vanishes, because the broker does: the marker that comes next sends it all again.
      if (gone === undefined || !dispatch.isLinked()) return;
      for (const request of open()) {
        if (request.server !== gone || request.call.target.route !== route) continue;
        if (silence.stays(request, nowMs)) schedule(request);
        else dispatch.sendAgain(request, nowMs);
      }
    },

    /**
     * Counts the end for each request that the server may have been at work on. They go to others when all ends that have
     * arrived are known: behind a link that was cut lie the notices of all servers that ended meanwhile.
     */
    ended(address) {
      const routes = servers.routesOf(address);
      if (dispatch.isLinked()) {
        for (const request of open()) {
          if (request.settled || !routes.includes(request.call.target.route) || !mayRunAt(request, address)) continue;
          request.ends += 1;
          if (request.ends >= limits.serverEndsMax) settle(request, serverLost);
        }
      }
      for (const route of routes) servers.down(route, address);
      awaitTurn();
    },

    /** What the server has stays with it; what it had and has no more was answered, and the answer is lost. */
    beat(sender, held, silentMs, nowMs) {
      leases.beat(sender, silentMs, nowMs);
      let at = 0;
      for (const request of open()) {
        if (request.server?.address !== sender || request.settled) continue;
        const { seq } = request.call;
        while (at < held.length && (held[at + 1] ?? 0) < seq) at += 2;
        const isHeld = at < held.length && (held[at] ?? 0) <= seq;
        if (request.listed && !isHeld) dispatch.sendAgain(request, nowMs);
        request.listed = isHeld;
      }
    },
  };
}
