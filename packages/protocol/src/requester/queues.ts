/*
 * Requests that wait for room: no server has been given them yet, or the one that had them has given them back.
 *
 * One queue for each contract, whatever the lane. Within it the origins of requests take turns by what their requests have cost, so that
 * the burst of one client does not delay the few requests of another (start-time fair queueing); of one origin the oldest goes first,
 * and a request that was given back is at its old place again.
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
  /** The next one whose turn it is and whose route is not blocked; it goes on waiting. */
  next(contract: string, blocked: ReadonlySet<string>): OpenRequest<W> | undefined;
  /** It is sent: its origin is charged for what such a request costs. */
  sent(request: OpenRequest<W>): void;
  /** An answer came that took the server so long. */
  answered(request: OpenRequest<W>, costMs: number, nowMs: number): void;
  /** What a request for the contract costs a server, in milliseconds; 0 while that is not known. */
  costMs(contract: string): number;
  /** How long one more request of this origin is likely to wait; 0 while that is not known. */
  waitMs(request: OpenRequest<W>, nowMs: number): number;
}

/** Requests of one origin on one route, the oldest first. Those that have left stay in `items` until they come first. */
export interface Line<W> {
  readonly origin: Origin<W>;
  items: OpenRequest<W>[];
  head: number;
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
  waiting: number;
  /** The `usedMs` of whoever had the last turn: where an origin starts that comes now. */
  turnMs: number;
  costMs: number;
  /** Answers since then, while something waited: what says how fast the queue moves. */
  answers: number;
  sinceMs: number;
}

const costShare = 1 / 8;
/** What costs nothing, as far as is known, takes turns by number. */
const leastMs = 0.001;
/** Fewer answers say nothing. */
const answersMin = 16;
/** Of older ones only half is counted. */
const answersMax = 128;
/** Of those that have left, as many as a line may still hold. */
const leftMax = 1_024;

export function createQueues<W>(): Queues<W> {
  const queues = new Map<string, Queue<W>>();
  let size = 0;

  function queueOf(contract: string): Queue<W> {
    let queue = queues.get(contract);
    if (queue === undefined) {
      queue = { origins: new Map(), waiting: 0, turnMs: 0, costMs: 0, answers: 0, sinceMs: Number.NaN };
      queues.set(contract, queue);
    }
    return queue;
  }

  function lineOf({ call: { target, origin = '' } }: OpenRequest<W>): Line<W> {
    const queue = queueOf(target.contract);
    let found = queue.origins.get(origin);
    if (found === undefined) {
      found = { name: origin, queue, lines: new Map(), usedMs: queue.turnMs, waiting: 0 };
      queue.origins.set(origin, found);
    }
    let line = found.lines.get(target.route);
    if (line === undefined) {
      line = { origin: found, items: [], head: 0 };
      found.lines.set(target.route, line);
    }
    return line;
  }

  function first(line: Line<W>): OpenRequest<W> | undefined {
    const { items } = line;
    while (line.head < items.length && items[line.head]?.line !== line) line.head += 1;
    const request = items[line.head];
    if (request === undefined || line.head >= leftMax) {
      line.items = items.slice(line.head);
      line.head = 0;
    }
    return request;
  }

  function firstOf(origin: Origin<W>, blocked: ReadonlySet<string>): OpenRequest<W> | undefined {
    let oldest: OpenRequest<W> | undefined;
    for (const [route, line] of origin.lines) {
      if (blocked.has(route)) continue;
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
      line.origin.waiting += 1;
      line.origin.queue.waiting += 1;
      size += 1;
    },
    remove(request) {
      const { line } = request;
      if (line === undefined) return;
      const { origin } = line;
      request.line = undefined;
      origin.waiting -= 1;
      origin.queue.waiting -= 1;
      size -= 1;
      if (origin.waiting === 0) origin.queue.origins.delete(origin.name);
      // The time in which nothing waits says nothing of how fast it moves.
      if (origin.queue.waiting === 0) {
        origin.queue.answers = 0;
        origin.queue.sinceMs = Number.NaN;
      }
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
    sent(request) {
      const origin = request.line?.origin;
      if (origin === undefined) return;
      const { queue } = origin;
      queue.turnMs = Math.max(queue.turnMs, origin.usedMs);
      request.chargedMs = Math.max(queue.costMs, leastMs);
      request.charged = origin;
      origin.usedMs += request.chargedMs;
    },
    answered(request, costMs, nowMs) {
      const queue = queues.get(request.call.target.contract);
      if (queue === undefined) return;
      queue.costMs = queue.costMs === 0 ? costMs : queue.costMs + (costMs - queue.costMs) * costShare;
      if (request.charged !== undefined) request.charged.usedMs += Math.max(costMs, leastMs) - request.chargedMs;
      if (queue.waiting === 0) return;
      if (Number.isNaN(queue.sinceMs)) {
        queue.sinceMs = nowMs;
        return;
      }
      queue.answers += 1;
      if (queue.answers < answersMax) return;
      queue.answers /= 2;
      queue.sinceMs = (queue.sinceMs + nowMs) / 2;
    },
    costMs: (contract) => queues.get(contract)?.costMs ?? 0,
    waitMs({ call: { target, origin = '' } }, nowMs) {
      const queue = queues.get(target.contract);
      if (queue === undefined || queue.answers < answersMin) return 0;
      const eachMs = (nowMs - queue.sinceMs) / queue.answers;
      const own = queue.origins.get(origin)?.waiting ?? 0;
      const others = queue.origins.has(origin) ? queue.origins.size : queue.origins.size + 1;
      return Math.min((own + 1) * others, queue.waiting + 1) * eachMs;
    },
  };
}

function insert<W>(line: Line<W>, request: OpenRequest<W>): void {
  const { items, head } = line;
  const { seq } = request.call;
  const last = items.at(-1);
  if (last === undefined || last.call.seq <= seq) items.push(request);
  else if (head > 0 && (items[head]?.call.seq ?? 0) > seq) {
    line.head -= 1;
    items[line.head] = request;
  } else items.splice(placeOf(items, seq, head), 0, request);
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
