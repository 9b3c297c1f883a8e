/*
 * Requests that wait for room: no server has them yet, or their server has given them back. There is one queue for each
 * contract, whatever the lane. Within a queue, origins take turns by the cost of their requests, so that the burst of
 * one client does not delay the few requests of another (structures/accounts.ts). Within an origin the oldest request
 * goes first; a request that was given back or refused returns to its old place. A queue also knows how long it takes,
 * from the answers that arrived while requests waited (queue-pace.ts).
 */
import type { Accounts } from '../structures/accounts.ts';
import { comesBefore, createAccounts } from '../structures/accounts.ts';
import type { Heap } from '../structures/heap.ts';
import { createHeap } from '../structures/heap.ts';
import type { Pace } from './queue-pace.ts';
import { createPace } from './queue-pace.ts';
import type { Line, OpenRequest, Origin } from './request.ts';
import { firstOf, insert, keyOf, takeOut, waitingIn } from './origin-line.ts';

export interface Queues<W> {
  add(request: OpenRequest<W>): void;
  /** It must be waiting. */
  remove(request: OpenRequest<W>): void;
  /** How many requests wait for this contract. */
  waiting(contract: string): number;
  /** Whether others wait that may go to the same servers, and are as large or as small. */
  waitsBehind(request: OpenRequest<W>): boolean;
  size(): number;
  contracts(): Iterable<string>;
  /** The request whose turn is next and whose line is not blocked. It goes on waiting. */
  next(contract: string, blocked: ReadonlySet<string>): OpenRequest<W> | undefined;
  /** No suitable server listens for the request. @returns the requests with the same key for which this is new, of all origins */
  unserved(request: OpenRequest<W>): readonly OpenRequest<W>[];
  /** A server listens for the request, with or without room. */
  served(request: OpenRequest<W>): void;
  /** It is sent, and its origin is charged the cost of such a request. */
  sent(request: OpenRequest<W>): void;
  /** An answer arrived that took the server this long. */
  answered(request: OpenRequest<W>, costMs: number, nowMs: number): void;
  /** The least cost of nearly all requests for the contract at a server, in milliseconds; 0 while unknown. */
  leastMs(contract: string): number;
  /** Nothing could be sent for a while, so the pace of the queues is measured anew. */
  restart(): void;
  /** No suitable server listens for any of the requests that wait for this contract. */
  nobodyServes(contract: string): void;
  /** This process stood still for this long. */
  stoodStill(ms: number): void;
  /** How long one more request of this origin will probably wait; 0 while unknown. */
  waitMs(request: OpenRequest<W>): number;
}

interface Queue<W> {
  readonly origins: Accounts<Origin<W>>;
  /** By key: the lines that may go to the same servers, by whose turn it is. */
  readonly turns: Map<string, Heap<Line<W>>>;
  /** By key, while no suitable server listens: the requests that were added since that was asked last. */
  readonly addedUnserved: Map<string, OpenRequest<W>[]>;
  waiting: number;
  /** The mean cost of the last requests. A request is charged this until its answer arrives. */
  costMs: number;
  /** The time of nearly all recent requests, even if some took much longer. */
  leastMs: number;
  readonly pace: Pace;
}

const costShare = 1 / 8;
/** How much of a low value is forgotten with each expensive request. */
const leastShare = 1 / 64;
/** Requests with no known cost take turns by number. */
const leastMs = 0.001;

export function createQueues<W>(): Queues<W> {
  const queues = new Map<string, Queue<W>>();
  let size = 0;

  function queueOf(contract: string): Queue<W> {
    let queue = queues.get(contract);
    if (queue === undefined) {
      queue = {
        origins: createAccounts((name) => ({ name, contract, usedMs: 0, since: 0, lines: new Map(), waiting: 0 })),
        turns: new Map(),
        addedUnserved: new Map(),
        waiting: 0,
        costMs: 0,
        leastMs: 0,
        pace: createPace(),
      };
      queues.set(contract, queue);
    }
    return queue;
  }

  function lineOf(request: OpenRequest<W>): Line<W> {
    const { target, origin: name = '' } = request.call;
    const queue = queueOf(target.contract);
    const origin = queue.origins.enter(name);
    const key = keyOf(request);
    let line = origin.lines.get(key);
    if (line === undefined) {
      const turns = queue.turns.get(key) ?? createHeap(hasTurnBefore);
      queue.turns.set(key, turns);
      line = { key, origin, turns, at: -1, items: [], head: 0, waiting: 0 };
      origin.lines.set(key, line);
      turns.add(line);
    }
    return line;
  }

  /** No request waits in the line any more. */
  function close({ turns, addedUnserved }: Queue<W>, line: Line<W>): void {
    line.origin.lines.delete(line.key);
    line.turns.remove(line);
    if (line.turns.size() > 0) return;
    turns.delete(line.key);
    addedUnserved.delete(line.key);
  }

  function charge(origin: Origin<W>, ms: number): void {
    origin.usedMs += ms;
    for (const line of origin.lines.values()) line.turns.moved(line);
  }

  return {
    add(request) {
      const line = lineOf(request);
      insert(line, request);
      line.origin.waiting += 1;
      const queue = queueOf(line.origin.contract);
      queue.waiting += 1;
      if (queue.addedUnserved.size > 0) queue.addedUnserved.get(line.key)?.push(request);
      size += 1;
    },
    remove(request) {
      const { line } = request;
      if (line === undefined) return;
      const { origin } = line;
      const queue = queueOf(origin.contract);
      takeOut(line, request);
      origin.waiting -= 1;
      queue.waiting -= 1;
      size -= 1;
      if (line.waiting === 0) close(queue, line);
      if (origin.waiting === 0) queue.origins.leave(origin);
      if (queue.waiting > 0) return;
      // Time in which no request waits shows neither the pace of the queue nor whose turn it is.
      queue.origins.clear();
      queue.pace.restart();
    },
    waiting: (contract) => (size === 0 ? 0 : (queues.get(contract)?.waiting ?? 0)),
    waitsBehind(request) {
      const queue = size === 0 ? undefined : queues.get(request.call.target.contract);
      return queue !== undefined && queue.waiting > 0 && queue.turns.has(keyOf(request));
    },
    size: () => size,
    contracts: () => queues.keys(),
    next(contract, blocked) {
      const queue = queues.get(contract);
      if (queue === undefined || queue.waiting === 0) return undefined;
      let first: Line<W> | undefined;
      for (const [key, turns] of queue.turns) {
        const line = blocked.has(key) ? undefined : turns.first();
        if (line !== undefined && (first === undefined || hasTurnBefore(line, first))) first = line;
      }
      return first === undefined ? undefined : firstOf(first);
    },
    unserved({ line }) {
      if (line === undefined) return [];
      const { key, turns, origin } = line;
      const { addedUnserved } = queueOf(origin.contract);
      const added = addedUnserved.get(key);
      addedUnserved.set(key, []);
      return added?.filter((request) => request.line?.key === key) ?? turns.members().flatMap(waitingIn);
    },
    served({ line }) {
      if (line !== undefined) queueOf(line.origin.contract).addedUnserved.delete(line.key);
    },
    sent(request) {
      const origin = request.line?.origin;
      if (origin === undefined) return;
      const queue = queueOf(origin.contract);
      queue.origins.turn(origin);
      request.charged = { origin, ms: Math.max(queue.costMs, leastMs) };
      charge(origin, request.charged.ms);
    },
    answered(request, costMs, nowMs) {
      const queue = queues.get(request.call.target.contract);
      if (queue === undefined) return;
      queue.costMs = queue.costMs === 0 ? costMs : queue.costMs + (costMs - queue.costMs) * costShare;
      if (queue.leastMs === 0 || costMs < queue.leastMs) queue.leastMs = costMs;
      else queue.leastMs += (costMs - queue.leastMs) * leastShare;
      const { charged } = request;
      if (charged !== undefined) charge(charged.origin, Math.max(costMs, leastMs) - charged.ms);
      if (queue.waiting > 0) queue.pace.answered(nowMs - request.serverSinceMs + request.stillMs, nowMs);
    },
    leastMs: (contract) => queues.get(contract)?.leastMs ?? 0,
    restart: () => queues.forEach(({ pace }) => pace.restart()),
    nobodyServes: (contract) => queues.get(contract)?.pace.awaitServers(),
    stoodStill: (ms) => queues.forEach(({ pace }) => pace.stoodStill(ms)),
    waitMs({ call: { target, origin = '' } }) {
      const queue = queues.get(target.contract);
      const eachMs = queue?.pace.eachMs() ?? 0;
      if (queue === undefined || eachMs === 0) return 0;
      const own = queue.origins.find(origin)?.waiting ?? 0;
      const others = queue.origins.size() + (own === 0 ? 1 : 0);
      // Other origins go on sending while it waits.
      return Math.min((own + 1) * others, own + 1 + 2 * (queue.waiting - own)) * eachMs;
    },
  };
}

/** By their origins; of the lines of one origin, by the oldest request. */
function hasTurnBefore<W>(line: Line<W>, another: Line<W>): boolean {
  if (line.origin !== another.origin) return comesBefore(line.origin, another.origin);
  return (firstOf(line)?.call.seq ?? 0) < (firstOf(another)?.call.seq ?? 0);
}
