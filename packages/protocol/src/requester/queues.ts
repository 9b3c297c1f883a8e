/*
 * Requests that wait for room: no server has been given them yet, or the one that had them has given them back.
 *
 * One queue for each contract, whatever the lane. Within it the origins of requests take turns by what their requests have cost, so that
 * the burst of one client does not delay the few requests of another (start-time fair queueing); of one origin the oldest goes first,
 * and a request that was given back, or that a server has refused, is at its old place again. An origin of which nothing waits keeps its
 * account until the others have had as much: else dear requests, asked one after the other, would cost no more than cheap ones.
 *
 * A queue also knows how long it takes: from the answers that came while something waited.
 */
import type { OpenRequest } from './request.ts';

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

/** Requests of one origin that may go to the same servers, the oldest first. Some of those that have left are still in `items`. */
export interface Line<W> {
  readonly key: string;
  readonly origin: Origin<W>;
  items: OpenRequest<W>[];
  head: number;
  waiting: number;
  /** Below this seq it is known of all that nobody fit listens. */
  unservedBelow: number;
}

export interface Origin<W> {
  readonly name: string;
  readonly queue: Queue<W>;
  readonly lines: Map<string, Line<W>>;
  /** What its requests have cost so far, on the clock of the queue. */
  usedMs: number;
  waiting: number;
}

interface Queue<W> {
  /** Those of whom something waits. */
  readonly origins: Map<string, Origin<W>>;
  /** Those of whom nothing waits, and who have had more than the others. */
  readonly ahead: Map<string, Origin<W>>;
  /** With so many it is looked who still has. */
  aheadMax: number;
  waiting: number;
  /** The `usedMs` of whoever had the last turn: where an origin starts that comes now. */
  turnMs: number;
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
/** Of those that have left a line may hold so many, or as many as wait in it. */
const leftMin = 32;
const aheadMin = 1_024;

export function createQueues<W>(): Queues<W> {
  const queues = new Map<string, Queue<W>>();
  let size = 0;

  function queueOf(contract: string): Queue<W> {
    let queue = queues.get(contract);
    if (queue === undefined) {
      queue = {
        origins: new Map(),
        ahead: new Map(),
        aheadMax: aheadMin,
        waiting: 0,
        turnMs: 0,
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

  function originOf(queue: Queue<W>, name: string): Origin<W> {
    let origin = queue.origins.get(name);
    if (origin !== undefined) return origin;
    origin = queue.ahead.get(name) ?? { name, queue, lines: new Map(), usedMs: 0, waiting: 0 };
    queue.ahead.delete(name);
    origin.usedMs = Math.max(origin.usedMs, queue.turnMs);
    queue.origins.set(name, origin);
    return origin;
  }

  function lineOf(request: OpenRequest<W>): Line<W> {
    const { target, origin: name = '' } = request.call;
    const origin = originOf(queueOf(target.contract), name);
    const key = keyOf(request);
    let line = origin.lines.get(key);
    if (line === undefined) {
      line = { key, origin, items: [], head: 0, waiting: 0, unservedBelow: 0 };
      origin.lines.set(key, line);
    }
    return line;
  }

  /** Nothing of it waits any more. */
  function leave(origin: Origin<W>): void {
    const { queue, name } = origin;
    queue.origins.delete(name);
    if (origin.usedMs > queue.turnMs) queue.ahead.set(name, origin);
    if (queue.ahead.size < queue.aheadMax) return;
    for (const { name: one, usedMs } of queue.ahead.values()) if (usedMs <= queue.turnMs) queue.ahead.delete(one);
    queue.aheadMax = Math.max(aheadMin, 2 * queue.ahead.size);
  }

  /** Nothing waits in the queue any more: the time in which nothing does says nothing of how fast it moves, or of whose turn it is. */
  function emptied(queue: Queue<W>): void {
    queue.ahead.clear();
    queue.aheadMax = aheadMin;
    restart(queue);
  }

  function restart(queue: Queue<W>): void {
    queue.answers = 0;
    queue.sinceMs = Number.NaN;
  }

  function first(line: Line<W>): OpenRequest<W> | undefined {
    const { items } = line;
    while (line.head < items.length && items[line.head]?.line !== line) line.head += 1;
    return items[line.head];
  }

  function firstOf(origin: Origin<W>, blocked: ReadonlySet<string>): OpenRequest<W> | undefined {
    let oldest: OpenRequest<W> | undefined;
    for (const line of origin.lines.values()) {
      if (blocked.has(line.key)) continue;
      const request = first(line);
      if (request !== undefined && (oldest === undefined || request.call.seq < oldest.call.seq)) oldest = request;
    }
    return oldest;
  }

  return {
    add(request) {
      const line = lineOf(request);
      insert(line, request);
      request.line = line;
      line.waiting += 1;
      line.origin.waiting += 1;
      line.origin.queue.waiting += 1;
      size += 1;
    },
    remove(request) {
      const { line } = request;
      if (line === undefined) return;
      const { origin } = line;
      request.line = undefined;
      line.waiting -= 1;
      origin.waiting -= 1;
      origin.queue.waiting -= 1;
      size -= 1;
      if (line.waiting === 0) origin.lines.delete(line.key);
      else if (line.items.length > 2 * line.waiting + leftMin) tidy(line);
      if (origin.waiting === 0) leave(origin);
      if (origin.queue.waiting === 0) emptied(origin.queue);
    },
    waiting: (contract) => queues.get(contract)?.waiting ?? 0,
    size: () => size,
    contracts: () => queues.keys(),
    next(contract, blocked) {
      const queue = queues.get(contract);
      if (queue === undefined || queue.waiting === 0) return undefined;
      let found: OpenRequest<W> | undefined;
      let usedMs = Number.POSITIVE_INFINITY;
      for (const origin of queue.origins.values()) {
        if (origin.usedMs >= usedMs) continue;
        const request = firstOf(origin, blocked);
        if (request === undefined) continue;
        found = request;
        usedMs = origin.usedMs;
      }
      return found;
    },
    unserved({ line }) {
      if (line === undefined) return [];
      const from = placeOf(line.items, line.unservedBelow - 1, line.head);
      const those = line.items.slice(from).filter((request) => request.line === line);
      line.unservedBelow = Math.max(line.unservedBelow, (those.at(-1)?.call.seq ?? 0) + 1);
      return those;
    },
    served({ line }) {
      if (line !== undefined) line.unservedBelow = 0;
    },
    sent(request) {
      const origin = request.line?.origin;
      if (origin === undefined) return;
      const { queue } = origin;
      queue.turnMs = Math.max(queue.turnMs, origin.usedMs);
      request.charged = { origin, ms: Math.max(queue.costMs, leastMs) };
      origin.usedMs += request.charged.ms;
    },
    answered(request, costMs, nowMs) {
      const queue = queues.get(request.call.target.contract);
      if (queue === undefined) return;
      queue.costMs = queue.costMs === 0 ? costMs : queue.costMs + (costMs - queue.costMs) * costShare;
      if (queue.leastMs === 0 || costMs < queue.leastMs) queue.leastMs = costMs;
      else queue.leastMs += (costMs - queue.leastMs) * leastShare;
      const { charged } = request;
      if (charged !== undefined) charged.origin.usedMs += Math.max(costMs, leastMs) - charged.ms;
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
      const own = queue.origins.get(origin)?.waiting ?? 0;
      const others = queue.origins.has(origin) ? queue.origins.size : queue.origins.size + 1;
      return Math.min((own + 1) * others, queue.waiting + 1) * eachMs;
    },
  };
}

function insert<W>(line: Line<W>, request: OpenRequest<W>): void {
  const { items, head } = line;
  const { seq } = request.call;
  if (seq < line.unservedBelow) line.unservedBelow = seq;
  const last = items.at(-1);
  if (last === undefined || last.call.seq < seq) items.push(request);
  else if (head > 0 && (items[head]?.call.seq ?? 0) > seq) {
    line.head -= 1;
    items[line.head] = request;
  } else {
    const place = placeOf(items, seq, head);
    // It has not been moved away since it left.
    if (items[place - 1] !== request) items.splice(place, 0, request);
  }
}

/** What has left keeps what its caller handed in from being collected. */
function tidy<W>(line: Line<W>): void {
  line.items = line.items.filter((request) => request.line === line);
  line.head = 0;
}

/** Requests with the same key may go to the same servers. */
function keyOf<W>({ call: { target }, refused }: OpenRequest<W>): string {
  if (refused === undefined) return target.route;
  const ids = Array.from(refused, ({ id }) => id);
  return `${target.route} ${ids.toSorted((one, another) => one - another).join(' ')}`;
}

/** Where the first stands that is younger. */
function placeOf<W>(items: readonly OpenRequest<W>[], seq: number, from: number): number {
  let low = from;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.call.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
