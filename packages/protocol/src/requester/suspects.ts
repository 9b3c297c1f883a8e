/*
 * Requests that may end the servers they are sent to.
 *
 * Decides when a request under which two servers have ended is risked again, and on which server. Rules kept:
 *
 * - Suspects of one requester are tried one at a time, oldest first, each on a server that has nothing else of this
 *   requester. While a suspect is tried, its server is reserved: other requests go to other servers or wait.
 * - Nobody waits for long. A reserved server that has other answers to give is waited for 250 ms at most, a suspect
 *   that runs keeps its server reserved for as long at most, and after a trial everything that waited for the server
 *   is sent before the next trial begins. A suspect that was not tried in half of its time is sent like any other
 *   request.
 * - The third end settles a request as `server-lost` (requester.ts).
 *
 * The rule comes from docs/decisions/0051-a-request-that-ends-its-server.md. A queue that counts deliveries (RabbitMQ's
 * `delivery-limit`, the `maxDeliver` of JetStream) sets a message aside in the same way, but counts the innocent too.
 */
import type { OpenRequest } from './request.ts';
import type { Server } from './servers.ts';

export interface Suspects<W> {
  /** A suspect without a server: it waits for its trial. */
  add(request: OpenRequest<W>, nowMs: number): void;
  /** It settled, or it was sent without a trial. */
  remove(request: OpenRequest<W>): void;
  /** Something has changed that may let a trial begin: a server came, or requests may be sent again. */
  reconsider(): void;
  /** Begins, goes on with and ends trials; call after every input. */
  proceed(nowMs: number): void;
  /** Infinity when nothing is due. */
  deadlineMs(): number;
}

export interface SuspectsOptions<W> {
  /** It has not settled. */
  isOpen(request: OpenRequest<W>): boolean;
  canSend(): boolean;
  /** The server for a trial, the least busy first. */
  choose(request: OpenRequest<W>): Server | undefined;
  /** Sends it there. */
  give(request: OpenRequest<W>, server: Server, nowMs: number): void;
  /** A reserved server may be chosen for other requests again. */
  released(nowMs: number): void;
  /** No server fit to ask is known, as far as the table says now. */
  nobodyFit(request: OpenRequest<W>): void;
  /** The request's time has changed. */
  schedule(request: OpenRequest<W>): void;
}

interface Trial<W> {
  readonly request: OpenRequest<W>;
  readonly server: Server;
  /** When the server is waited for no longer, and from the sending on, when it is reserved no longer. */
  dueMs: number;
}

/** How long a server that still has other answers to give is waited for, and how long a suspect has it alone. */
const aloneMs = 250;
/** A suspect that waits longer for its trial than this, or than half of its time, is sent without one. */
const waitMaxMs = 5_000;
/** Halves of what is left become ever smaller. */
const waitMinMs = 10;

export function createSuspects<W>(options: SuspectsOptions<W>): Suspects<W> {
  const { isOpen, canSend, choose, give, released, nobodyFit, schedule } = options;
  const waiting = new Set<OpenRequest<W>>();
  let trial: Trial<W> | undefined;
  let mayBegin = false;

  function begin(nowMs: number): void {
    mayBegin = false;
    for (const request of waiting) {
      const server = choose(request);
      if (server !== undefined) {
        server.reserved = true;
        trial = { request, server, dueMs: nowMs + aloneMs };
        return;
      }
      nobodyFit(request);
    }
  }

  function isOver({ request, server, dueMs }: Trial<W>, nowMs: number): boolean {
    if (!server.routes.has(request.call.target.route)) return true;
    if (waiting.has(request)) return !canSend();
    return !isOpen(request) || request.server !== server || dueMs <= nowMs;
  }

  function end(nowMs: number): void {
    if (trial !== undefined) trial.server.reserved = false;
    trial = undefined;
    mayBegin = true;
    released(nowMs);
  }

  return {
    add(request, nowMs) {
      waiting.add(request);
      mayBegin = true;
      const halfMs = (request.call.deadlineMs - nowMs) / 2;
      request.resendDueMs = nowMs + Math.min(Math.max(halfMs, waitMinMs), waitMaxMs);
      schedule(request);
    },
    remove: (request) => void waiting.delete(request),
    reconsider() {
      mayBegin = waiting.size > 0;
    },
    proceed(nowMs) {
      if (trial !== undefined && isOver(trial, nowMs)) end(nowMs);
      if (trial === undefined && mayBegin && canSend()) begin(nowMs);
      if (trial === undefined || !waiting.has(trial.request)) return;
      const { request, server } = trial;
      if (server.place.inFlight + server.copies > 0 && nowMs < trial.dueMs) return;
      waiting.delete(request);
      trial.dueMs = nowMs + aloneMs;
      give(request, server, nowMs);
    },
    deadlineMs: () => trial?.dueMs ?? Number.POSITIVE_INFINITY,
  };
}
