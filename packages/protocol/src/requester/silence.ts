/*
 * What the requester does when nothing comes and no event explains it: the server is passed over for new requests after the
 * answer timeout, and the request is sent again, after 200, 400, 800, 1000 … ms, to another server if there is one.
 */
import type { Dispatch } from './dispatch.ts';
import type { OpenRequest } from './request.ts';
import { isSuspect, silentServers } from './request.ts';
import type { Server, Servers } from './servers.ts';

export interface Silence<W> {
  /** Passes over the servers that have left the request unanswered for the whole answer timeout. */
  passOver(request: OpenRequest<W>, nowMs: number): void;
  /** The request is due to be sent again. */
  resend(request: OpenRequest<W>, nowMs: number): void;
}

const resendLastMs = 1_000;

export function createSilence<W>(
  servers: Servers,
  dispatch: Pick<Dispatch<W>, 'isLinked' | 'give' | 'giveUntried'>,
  answerTimeoutMs: number,
): Silence<W> {
  function passOver(request: OpenRequest<W>, nowMs: number): void {
    for (const server of silentServers(request, answerTimeoutMs, nowMs)) servers.passOver(server, nowMs);
  }

  /** One that was not asked yet, rather than one that has been silent for as long. */
  function anotherThan(server: Server, { call: asked, refused: unable, earlier }: OpenRequest<W>): Server | undefined {
    const { route, contract } = asked.target;
    const others = new Set(unable).add(server);
    const tried = new Set([...others, ...(earlier?.keys() ?? [])]);
    const choose = (besides: ReadonlySet<Server>): Server | undefined =>
      servers.choose(route, contract, besides, Number.POSITIVE_INFINITY)?.server;
    return choose(tried) ?? choose(others);
  }

  return {
    passOver,
    resend(request, nowMs) {
      passOver(request, nowMs);
      const { server } = request;
      if (server === undefined && isSuspect(request)) return dispatch.giveUntried(request, nowMs);
      request.resendEveryMs = Math.min(request.resendEveryMs * 2, resendLastMs);
      request.resendDueMs = nowMs + request.resendEveryMs;
      const { route, pinned } = request.call.target;
      if (server === undefined || !dispatch.isLinked()) return;
      // A server that a suspect may end is enough.
      const other = pinned === undefined && !isSuspect(request) ? anotherThan(server, request) : undefined;
      const next = other ?? (server.routes.has(route) ? server : undefined);
      if (next !== undefined) dispatch.give(request, next, nowMs);
    },
  };
}
