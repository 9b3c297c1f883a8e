import type { Account, HeapMember } from '@cateto/protocol';
import { comesBefore, createAccounts, createHeap } from '@cateto/protocol';
import type { Fifo } from './fifo.ts';
import { createFifo } from './fifo.ts';
import type { Line } from './types.ts';
import type { Admitted } from './work.ts';

/*
 * Requests that wait for their turn at a server, by their origins: the clients that their requesters name, otherwise the
 * requesters themselves. Origins take turns by how long their requests have occupied the server, so that the burst of
 * one origin does not delay the few requests of another (as in the requester's queues). Within an origin, requests come
 * in their order of arrival. Requests that were sent before, for example to a server that gave them back, come first:
 * they are older than the others. Origins whose requests cost nothing take turns by number.
 */

interface Origin extends Account, HeapMember {
  /** Sent for the first time. */
  readonly waiting: Fifo<Admitted>;
  readonly again: Fifo<Admitted>;
}

const leastMs = 0.001;

/** @param resentFirst requests that were sent before come before others of their origin */
export function createOriginLine(resentFirst = true): Line {
  const origins = createAccounts<Origin>((name) => {
    return { name, usedMs: 0, since: 0, at: -1, waiting: createFifo(), again: createFifo() };
  });
  const turns = createHeap<Origin>(comesBefore);
  /** The requests that occupy a slot or a thread, and since when. */
  const begun = new Map<Admitted, number>();
  let size = 0;
  /** The request whose handler was announced. It stays first until its turn, also when other requests arrive. */
  let next: Admitted | undefined;

  /** The request that is first at this moment. */
  function peek(): Admitted | undefined {
    if (size === 0) return undefined;
    const origin = turns.first();
    return next ?? origin?.again.first() ?? origin?.waiting.first();
  }

  function first(): Admitted | undefined {
    next = peek();
    return next;
  }

  function charge(origin: Origin, ms: number): void {
    origin.usedMs += ms;
    if (origin.at >= 0) turns.moved(origin);
  }

  function took(request: Admitted, ms: number): void {
    const origin = origins.known(nameOf(request));
    if (origin !== undefined) charge(origin, ms);
  }

  function leaveIfEmpty(origin: Origin): void {
    if (origin.waiting.size() + origin.again.size() > 0) return;
    turns.remove(origin);
    origins.leave(origin);
  }

  return {
    push(request) {
      const origin = origins.enter(nameOf(request));
      const isResent = resentFirst && (request.work.attempt ?? 1) > 1;
      const fifo = isResent ? origin.again : origin.waiting;
      fifo.push(request);
      size += 1;
      if (origin.at < 0) turns.add(origin);
    },
    first,
    shift() {
      const head = first();
      const origin = head === undefined ? undefined : origins.find(nameOf(head));
      next = undefined;
      if (origin === undefined) return;
      const { again, waiting } = origin;
      if (again.first() === head) again.shift();
      else waiting.shift();
      size -= 1;
      origins.turn(origin);
      charge(origin, leastMs);
      leaveIfEmpty(origin);
    },
    took,
    began: (request, nowMs) => void begun.set(request, nowMs),
    ended(request, nowMs) {
      if (begun.size === 0) return;
      const sinceMs = begun.get(request);
      if (begun.delete(request) && sinceMs !== undefined) took(request, nowMs - sinceMs);
    },
    size: () => size,
    retain(keep) {
      if (next !== undefined && !keep(next)) next = undefined;
      for (const origin of origins.values()) {
        for (const fifo of [origin.again, origin.waiting]) {
          size -= fifo.size();
          fifo.retain(keep);
          size += fifo.size();
        }
        leaveIfEmpty(origin);
      }
    },
    all() {
      // A status request looks at the line too, and must not decide whose turn it is.
      const head = peek();
      if (head === undefined) return [];
      const inOrder = [...origins.values()].toSorted(byTurn);
      const others = inOrder.flatMap(({ again, waiting }) => again.all().concat(waiting.all()));
      return [head, ...others.filter((request) => request !== head)];
    },
  };
}

function byTurn(one: Account, another: Account): number {
  return comesBefore(one, another) ? -1 : 1;
}

function nameOf({ sender, origin }: Admitted): string {
  return origin ?? sender;
}
