import type { Failure } from '@cateto/contracts';
import type { Obstacle } from './own-failures.ts';
import type { OpenRequest } from './request.ts';
import type { Place } from './rooms.ts';
import type { Server, Servers } from './servers.ts';
import type { RequesterConfig, RequesterEffect } from './types.ts';

/* The operations of the dispatch on requests and servers, and the parts of the requester that it calls. */

export interface Dispatch<W> {
  /** Sends a request that no server has yet, or holds it. */
  offer(request: OpenRequest<W>, nowMs: number): void;
  /** A server listens on the route now. */
  offerHeld(route: string, nowMs: number): void;
  /** Sends as many held requests as servers have room for. */
  offerAllHeld(nowMs: number): void;
  /** Large requests may have room because time has passed. Call this before every input. */
  passTime(nowMs: number): void;
  /** Sends as many held requests as there is room for, where there is more than before. Call this after every input. */
  refill(nowMs: number): void;
  /** There may be more room for the contract than before. */
  freed(contract: string): void;
  /** A server that has answered, or from which no answer of a contract is expected, accepts again what it gave back. */
  resume(place: Place, answered: string | undefined): void;
  /** This server cannot take the request, but another one may. */
  refusedBy(request: OpenRequest<W>, server: Server): void;
  /** Takes a request back from its server, and holds it. */
  takeBack(request: OpenRequest<W>, nowMs: number): void;
  /** Takes a request from its server permanently: its answer is not awaited. */
  letGo(request: OpenRequest<W>, nowMs: number): void;
  /** Removes an ended request from the held ones, or from those that its server is thought to work on. */
  release(request: OpenRequest<W>): void;
  /**
   * The server for the request, or `full` while the candidates have no room. For an impatient request, undefined when
   * all listening servers are passed over.
   */
  choose(request: OpenRequest<W>): Server | 'full' | undefined;
  give(request: OpenRequest<W>, server: Server, nowMs: number): void;
  /**
   * Its server is gone, or it had none. It goes to this server, or waits while that has no room or the request is a
   * suspect.
   */
  reassign(request: OpenRequest<W>, server: Server | 'full', nowMs: number): void;
  /** The request belongs to this server from now on. It is not sent. */
  move(request: OpenRequest<W>, server: Server, nowMs: number): void;
  /** Takes a suspect from its server. It waits for a trial on the next one. */
  suspect(request: OpenRequest<W>, nowMs: number): void;
  /** A suspect has waited long enough for its trial, and is sent like any other request. */
  giveUntried(request: OpenRequest<W>, nowMs: number): void;
  /** Continues the trials of suspects. Call this after every input. */
  tryNext(nowMs: number): void;
  /** When the current trial ends at the latest; infinity without one. */
  trialDueMs(): number;
  /** When a large request that waits may have room; infinity if no request waits. */
  paceDueMs(): number;
  /** Resends a request in flight: to its server while that listens, otherwise to another one if there is one. */
  sendAgain(request: OpenRequest<W>, nowMs: number): void;
  /**
   * No listener is known for it. It is checked again later, although the lease of its server does not apply to it any
   * more.
   */
  lookLater(request: OpenRequest<W>, nowMs: number): void;
  /** The number of markers present now. */
  markers(held: number): void;
  returnPath(confirmed: boolean): void;
  /** This process stood still for this long. */
  stoodStill(ms: number, nowMs: number): void;
  /** Whether a marker is present. */
  isLinked(): boolean;
  /** Whether a request may be sent for the first time. */
  canSend(): boolean;
  /** Since when no suitable server for the request is known; from now on when this is new. */
  unservedSinceMs(request: OpenRequest<W>, nowMs: number): number;
  /** The refusal of a listening server that does not know the contract of the request. */
  refusalOf(request: OpenRequest<W>): Failure | undefined;
  /** Why a request that no server has is held. */
  obstacle(request: OpenRequest<W>): Obstacle;
  /** An answer arrived. Its cost shows how long other requests will wait. */
  answered(request: OpenRequest<W>, nowMs: number): void;
  counters(): { readonly held: number; readonly sent: number; readonly resent: number };
}

export interface DispatchOptions<W> {
  readonly servers: Servers;
  readonly random: () => number;
  emit(effect: RequesterEffect<W>): void;
  /** A request is sent again, to the same server or another. */
  retried(): void;
  settle(request: OpenRequest<W>, outcome: Failure): void;
  /** No suitable server listens, as far as is known. Messages in flight may announce one. */
  awaitTurn(request: OpenRequest<W>): void;
  /** A request is due earlier than before. */
  schedule(request: OpenRequest<W>): void;
  /** It has not settled. */
  isOpen(request: OpenRequest<W>): boolean;
  readonly isCongested?: RequesterConfig['isCongested'];
}
