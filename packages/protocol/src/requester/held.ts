/*
 * Requests that no server has. They wait for room in queues (waiting-queues.ts) and take turns. A request that may go to one
 * server only waits beside the queues, because nothing else competes with it for that server.
 */
import type { Failure } from '@cateto/contracts';
import { overloadedFor } from './own-failures.ts';
import { createQueues } from './waiting-queues.ts';
import type { OpenRequest } from './request.ts';
import type { Room } from './rooms.ts';
import type { Server } from './servers.ts';

export interface Held<W> {
  add(request: OpenRequest<W>): void;
  remove(request: OpenRequest<W>): void;
  /** It was sent, so it does not wait any more, and its origin is charged. */
  sent(request: OpenRequest<W>): void;
  /** This server cannot take the request, but another one may. */
  refusedBy(request: OpenRequest<W>, server: Server): void;
  /** An expected answer arrived from this room. */
  answered(request: OpenRequest<W>, room: Room, nowMs: number): void;
  /** Other requests wait for the same contract and the same room, so it has its turn after them. */
  mustQueue(request: OpenRequest<W>): boolean;
  /** Other requests wait for the same contract, perhaps for other servers or more room. */
  othersWait(request: OpenRequest<W>): boolean;
  /** A server listens for the request, with or without room. */
  served(request: OpenRequest<W>): void;
  wouldWaitTooLong(request: OpenRequest<W>, nowMs: number): boolean;
  /** The failure of a request that would wait too long. */
  overloaded(request: OpenRequest<W>): Failure;
  /** There may be more room for the contract than before. */
  freed(contract: string): void;
  /** There may be more room for large requests, of any contract, than before. */
  freedBytes(): void;
  /** Sends as many as have room, where there is more than before. */
  refill(nowMs: number): void;
  /** Sends as many as there is room for. */
  offerAll(nowMs: number): void;
  /** The queues do not move while nothing can be sent, so what they know about their pace is void. */
  restart(): void;
  /** This process stood still for this long. */
  stoodStill(ms: number): void;
  size(): number;
}

export interface HeldParts<W> {
  /** @param isNext no other request for the contract has its turn before */
  choose(request: OpenRequest<W>, isNext?: boolean): Server | 'full' | undefined;
  /**
   * Sends a copy to a server that is passed over and due for one.
   *
   * @returns the server that is to get the request itself instead
   */
  probe(request: OpenRequest<W>, nowMs: number): Server | undefined;
  give(request: OpenRequest<W>, server: Server, nowMs: number): void;
  settle(request: OpenRequest<W>, outcome: Failure): void;
  /** No suitable server listens, as far as is known. */
  awaitTurn(request: OpenRequest<W>): void;
}

/** A request that will probably wait for longer than this share of its time is refused at once. */
const waitShareMax = 0.8;
const noKeys: ReadonlySet<string> = new Set();

export function createHeld<W>({ choose, probe, give, settle, awaitTurn }: HeldParts<W>): Held<W> {
  const queues = createQueues<W>();
  /** Requests that may go to one server only. */
  const pinned = new Set<OpenRequest<W>>();
  /** Contracts for which there may be more room than before. */
  const freedContracts = new Set<string>();
  let turn = 0;

  const size = (): number => queues.size() + pinned.size;

  /** Each time, another contract is the first to get bytes that all contracts share. */
  function inTurn(contracts: Iterable<string>): readonly string[] {
    const all = [...contracts];
    turn += 1;
    const first = turn % Math.max(1, all.length);
    return [...all.slice(first), ...all.slice(0, first)];
  }

  function remove(request: OpenRequest<W>): void {
    if (request.line !== undefined) queues.remove(request);
    else if (request.call.target.pinned !== undefined) pinned.delete(request);
  }

  function awaitListener(request: OpenRequest<W>): void {
    if (request.call.target.unheard === 'fail') awaitTurn(request);
  }

  /** In the order of turns. */
  function offerQueue(contract: string, nowMs: number): void {
    let blocked = noKeys;
    let isNext = true;
    let isServed: boolean | undefined;
    for (;;) {
      const request = queues.next(contract, blocked);
      if (request === undefined) break;
      const server = choose(request, isNext);
      isServed = isServed === true || server !== undefined;
      if (server === 'full') isNext = false;
      if (server === undefined || server === 'full') {
        blocked = new Set(blocked).add(request.line?.key ?? '');
        if (server === undefined) queues.unserved(request).forEach(awaitListener);
        else queues.served(request);
      } else if (request.call.deadlineMs - nowMs < queues.leastMs(contract)) {
        settle(request, overloadedFor(request, queues.waiting(contract), 0));
      } else {
        give(request, probe(request, nowMs) ?? server, nowMs);
      }
    }
    if (isServed === false) queues.nobodyServes(contract);
  }

  function offerPinned(nowMs: number): void {
    for (const request of pinned) {
      const server = choose(request);
      if (server !== undefined && server !== 'full') give(request, server, nowMs);
      else if (server === undefined) awaitListener(request);
    }
  }

  return {
    add(request) {
      if (request.call.target.pinned === undefined) queues.add(request);
      else pinned.add(request);
    },
    remove,
    sent(request) {
      queues.sent(request);
      remove(request);
    },
    refusedBy(request, server) {
      const waits = request.line !== undefined;
      if (waits) queues.remove(request);
      request.refused ??= new Set();
      request.refused.add(server);
      if (waits) queues.add(request);
    },
    answered(request, room, nowMs) {
      // Several requests that waited there together took their turns.
      if (queues.waiting(room.contract) > 0 || request.charged !== undefined) {
        queues.answered(request, nowMs - Math.max(request.serverSinceMs, room.answeredMs), nowMs);
      }
    },
    mustQueue: (request) => request.call.target.pinned === undefined && queues.waitsBehind(request),
    othersWait: ({ call: { target } }) => queues.waiting(target.contract) > 0,
    served: queues.served,
    wouldWaitTooLong(request, nowMs) {
      const { deadlineMs, target } = request.call;
      const waitMs = queues.waitMs(request);
      return waitMs > 0 && waitMs + queues.leastMs(target.contract) > waitShareMax * (deadlineMs - nowMs);
    },
    overloaded: (request) =>
      overloadedFor(request, queues.waiting(request.call.target.contract), queues.waitMs(request)),
    freed(contract) {
      if (size() > 0) freedContracts.add(contract);
    },
    freedBytes() {
      if (size() === 0) return;
      for (const contract of queues.contracts()) if (queues.waiting(contract) > 0) freedContracts.add(contract);
    },
    refill(nowMs) {
      if (freedContracts.size === 0) return;
      const freed = inTurn(freedContracts);
      freedContracts.clear();
      for (const contract of freed) offerQueue(contract, nowMs);
      offerPinned(nowMs);
    },
    offerAll(nowMs) {
      for (const contract of inTurn(queues.contracts())) offerQueue(contract, nowMs);
      offerPinned(nowMs);
    },
    restart: queues.restart,
    stoodStill: queues.stoodStill,
    size,
  };
}
