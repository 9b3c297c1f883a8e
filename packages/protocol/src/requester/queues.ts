/*
 * Requests that wait for room: no server has been given them yet, or the one that had them has given them back.
 *
 * One queue for each contract, whatever the lane. Within it the origins of requests take turns by what their requests have cost, so that
 * the burst of one client does not delay the few requests of another (structures/accounts.ts); of one origin the oldest goes first,
 * and a request that was given back, or that a server has refused, is at its old place again.
 *
 * A queue also knows how long it takes: from the answers that came while something waited.
 */
import type { Accounts } from '../structures/accounts.ts';
import { comesBefore, createAccounts } from '../structures/accounts.ts';
import type { Heap } from '../structures/heap.ts';
import { createHeap } from '../structures/heap.ts';
import type { Line, OpenRequest, Origin } from './request.ts';
import { firstOf, insert, keyOf, takeOut, unserved } from './waiting-line.ts';

export interface Queues<W> {
  add(request: OpenRequest<W>): void;
  /** It must wait. */
  remove(request: OpenRequest<W>): void;
  /** Requests that wait for this contract. */
  waiting(contract: string): number;
  size(): number;
  contracts(): Iterable<string>;
  /** The next one whose turn it is and whose line is not blocked; it goes on waiting. */
  next(contract: string, blocked: ReadonlySet<string>): OpenRequest<W> | undefined;
  /** Nobody fit listens for the request. @returns those of its line for which that is new */
  unserved(request: OpenRequest<W>): readonly OpenRequest<W>[];
  /** Somebody listens for the request, with or without room. */
  served(request: OpenRequest<W>): void;
  /** It is sent: its origin is charged for what such a request costs. */
  sent(request: OpenRequest<W>): void;
  /** An answer came that took the server so long. */
  answered(request: OpenRequest<W>, costMs: number, nowMs: number): void;
  /** What a request for the contract costs a server at least, as most do, in milliseconds; 0 while that is not known. */
  leastMs(contract: string): number;
  /** Nothing could be sent for a while: how fast the queues move is seen anew. */
  restart(): void;
  /** How long one more request of this origin is likely to wait; 0 while that is not known. */
  waitMs(request: OpenRequest<W>): number;
}

interface Queue<W> {
  readonly origins: Accounts<Origin<W>>;
  /** By their keys: the lines that may go to the same servers, by whose turn it is. */
  readonly turns: Map<string, Heap<Line<W>>>;
  waiting: number;
  /** A mean of the last ones: what a request is charged until its answer comes. */
  costMs: number;
  /** What nearly all of the last ones took, however much some did. */
  leastMs: number;
  /** Answers from then to the last one, while something waited: what says how fast the queue moves. */
  answers: number;
  sinceMs: number;
  lastMs: number;
}

const costShare = 1 / 8;
/** Of a cheap one that much is forgotten with each that is dear. */
const leastShare = 1 / 64;
/** What costs nothing, as far as is known, takes turns by number. */
const leastMs = 0.001;
/** Fewer answers say nothing. */
const answersMin = 16;
/** Of older ones only half is counted. */
const answersMax = 128;

export function createQueues<W>(): Queues<W> {
  const queues = new Map<string, Queue<W>>();
  let size = 0;

  function queueOf(contract: string): Queue<W> {
    let queue = queues.get(contract);
    if (queue === undefined) {
      queue = {
        origins: createAccounts((name) => ({ name, contract, usedMs: 0, since: 0, lines: new Map(), waiting: 0 })),
        turns: new Map(),
        waiting: 0,
        costMs: 0,
        leastMs: 0,
        answers: 0,
        sinceMs: Number.NaN,
        lastMs: 0,
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
      line = { key, origin, turns, at: -1, items: [], head: 0, waiting: 0, unservedBelow: 0 };
      origin.lines.set(key, line);
      turns.add(line);
    }
    return line;
  }

  /** Nothing waits in the line any more. */
  function close({ turns }: Queue<W>, line: Line<W>): void {
    line.origin.lines.delete(line.key);
    line.turns.remove(line);
    if (line.turns.size() === 0) turns.delete(line.key);
  }

  function charge(origin: Origin<W>, ms: number): void {
    origin.usedMs += ms;
    for (const line of origin.lines.values()) line.turns.moved(line);
  }

  function restart(queue: Queue<W>): void {
    queue.answers = 0;
    queue.sinceMs = Number.NaN;
  }

  return {
    add(request) {
      const line = lineOf(request);
      insert(line, request);
      line.origin.waiting += 1;
      queueOf(line.origin.contract).waiting += 1;
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
      // The time in which nothing waits says nothing of how fast the queue moves, or of whose turn it is.
      queue.origins.clear();
      restart(queue);
    },
    waiting: (contract) => (size === 0 ? 0 : (queues.get(contract)?.waiting ?? 0)),
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
    unserved: ({ line }) => (line === undefined ? [] : unserved(line)),
    served({ line }) {
      if (line !== undefined) line.unservedBelow = 0;
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
      if (queue.waiting === 0) return;
      queue.lastMs = nowMs;
      if (Number.isNaN(queue.sinceMs)) {
        queue.sinceMs = nowMs;
        return;
      }
      queue.answers += 1;
      if (queue.answers < answersMax) return;
      queue.answers /= 2;
      queue.sinceMs = (queue.sinceMs + nowMs) / 2;
    },
    leastMs: (contract) => queues.get(contract)?.leastMs ?? 0,
    restart: () => queues.forEach(restart),
    waitMs({ call: { target, origin = '' } }) {
      const queue = queues.get(target.contract);
      if (queue === undefined || queue.answers < answersMin) return 0;
      const eachMs = (queue.lastMs - queue.sinceMs) / queue.answers;
      const own = queue.origins.find(origin)?.waiting ?? 0;
      const others = queue.origins.size() + (own === 0 ? 1 : 0);
      return Math.min((own + 1) * others, queue.waiting + 1) * eachMs;
    },
  };
}

/** By their origins; of the lines of one origin, by the oldest request. */
function hasTurnBefore<W>(line: Line<W>, another: Line<W>): boolean {
  if (line.origin !== another.origin) return comesBefore(line.origin, another.origin);
  return (firstOf(line)?.call.seq ?? 0) < (firstOf(another)?.call.seq ?? 0);
}
