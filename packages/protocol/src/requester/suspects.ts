/*
 * Suspects: requests that may end the servers they are sent to. Decides when a request with which two servers have
 * ended is risked again, and on which server.
 *
 * Rules:
 * - The suspects of a requester are tried one at a time, the oldest first, each on a server that has nothing else of
 *   this requester. During a trial the server is reserved: other requests go to other servers or wait.
 * - No request waits for long. A server that has other answers to give is reserved for at most 250 ms before the trial,
 *   and for as long while the suspect runs. After a trial, everything that waited for the server is sent before the
 *   next trial begins. A suspect that was not tried in half of its time is sent like any other request.
 * - The third end settles a request as `server-lost` (requester.ts).
 *
 * docs/decisions/0030-a-request-that-ends-its-server.md explains the rule. A queue that counts deliveries (RabbitMQ's
 * `delivery-limit`, JetStream's `maxDeliver`) sets messages aside in the same way, but also counts innocent ones.
 */
import type { OpenRequest } from './request.ts';
import type { Server } from './servers.ts';

export interface Suspects<W> {
  /** A suspect without a server; it waits for its trial. */
  add(request: OpenRequest<W>, nowMs: number): void;
  /** It settled, or was sent without a trial. */
  remove(request: OpenRequest<W>): void;
  /** Something has changed that may let a trial begin: a server came, or requests may be sent again. */
  reconsider(): void;
  /** Begins, continues and ends trials. Call this after every input. */
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
  /** A reserved server may get other requests again. */
  released(nowMs: number): void;
  /** No suitable server is known, according to the table now. */
  nobodyFit(request: OpenRequest<W>): void;
  /** The time of the request's next check has changed. */
  schedule(request: OpenRequest<W>): void;
}

interface Trial<W> {
  readonly request: OpenRequest<W>;
  readonly server: Server;
  /** Until when to wait for the server; after the sending, until when it is reserved. */
  dueMs: number;
}

/** How long to wait for a server that has other answers to give, and how long a suspect has it alone. */
const aloneMs = 250;
/** A suspect that waits longer for its trial than this, or than half of its time, is sent without one. */
const waitMaxMs = 5_000;
/** A lower bound, because halves of the remaining time become ever smaller. */
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
