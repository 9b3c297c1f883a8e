import type { Account, HeapMember } from '@cateto/protocol';
import { comesBefore, createAccounts, createHeap } from '@cateto/protocol';
import type { Fifo } from '../runs/fifo.ts';
import { createFifo } from '../runs/fifo.ts';
import type { Line } from '../runs/types.ts';
import type { Admitted } from '../runs/work.ts';

/*
 * Requests that wait for their turn, by their origins (the requesters). Origins take turns by how long their requests
 * have blocked the event loop, so that the burst of one origin does not delay the few requests of another (as in the
 * requester's queues). Within an origin the oldest request comes first. Origins whose requests do not block take turns
 * by number.
 */

interface Origin extends Account, HeapMember {
  readonly waiting: Fifo<Admitted>;
}

const leastMs = 0.001;

export function createOriginLine(): Line {
  const origins = createAccounts<Origin>((name) => ({ name, usedMs: 0, since: 0, at: -1, waiting: createFifo() }));
  const turns = createHeap<Origin>(comesBefore);
  let size = 0;
  /** The request whose handler was announced. It stays first until its turn, also when other requests arrive. */
  let next: Admitted | undefined;

  function first(): Admitted | undefined {
    next ??= turns.first()?.waiting.first();
    return next;
  }

  function charge(origin: Origin, ms: number): void {
    origin.usedMs += ms;
    if (origin.at >= 0) turns.moved(origin);
  }

  function leaveIfEmpty(origin: Origin): void {
    if (origin.waiting.size() > 0) return;
    turns.remove(origin);
    origins.leave(origin);
  }

  return {
    push(request) {
      const origin = origins.enter(request.sender);
      origin.waiting.push(request);
      size += 1;
      if (origin.at < 0) turns.add(origin);
    },
    first,
    shift() {
      const sender = first()?.sender;
      const origin = sender === undefined ? undefined : origins.find(sender);
      next = undefined;
      if (origin === undefined) return;
      origin.waiting.shift();
      size -= 1;
      origins.turn(origin);
      charge(origin, leastMs);
      leaveIfEmpty(origin);
    },
    took({ sender }, blockedMs) {
      const origin = origins.known(sender);
      if (origin !== undefined) charge(origin, blockedMs);
      // It was charged before: an account is kept for the requests that it had.
      if (size === 0) origins.clear();
    },
    size: () => size,
    retain(keep) {
      if (next !== undefined && !keep(next)) next = undefined;
      for (const origin of origins.values()) {
        size -= origin.waiting.size();
        origin.waiting.retain(keep);
        size += origin.waiting.size();
        leaveIfEmpty(origin);
      }
    },
    all: () => [...origins.values()].flatMap(({ waiting }) => waiting.all()),
  };
}
