import type { Fifo } from '../runs/fifo.ts';
import { createFifo } from '../runs/fifo.ts';
import type { Line } from '../runs/run-queue.ts';
import type { Admitted } from '../runs/work.ts';

/*
 * Requests that wait for their turn, by their origins (the requesters): those take turns by how long their requests have kept the loop,
 * so that the burst of one does not delay the few requests of another (start-time fair queueing, as in the requester's queues). Of one
 * origin the oldest comes first. Requests that keep the loop for nothing take turns by number.
 */

interface Origin {
  readonly waiting: Fifo<Admitted>;
  usedMs: number;
}

const leastMs = 0.001;

export function createOriginLine(): Line {
  /** Those of whom something waits. */
  const origins = new Map<string, Origin>();
  /** The `usedMs` of the origin that had the last turn: where an origin starts that comes now. */
  let turnMs = 0;
  let size = 0;
  /** It stays first until it has its turn, whoever comes meanwhile: what its handler may do has been announced. */
  let next: Admitted | undefined;

  function first(): Admitted | undefined {
    if (next !== undefined) return next;
    let leastUsedMs = Number.POSITIVE_INFINITY;
    for (const { waiting, usedMs } of origins.values()) {
      if (usedMs >= leastUsedMs) continue;
      leastUsedMs = usedMs;
      next = waiting.first();
    }
    return next;
  }

  return {
    push(request) {
      let origin = origins.get(request.sender);
      if (origin === undefined) {
        origin = { waiting: createFifo(), usedMs: turnMs };
        origins.set(request.sender, origin);
      }
      origin.waiting.push(request);
      size += 1;
    },
    first,
    shift() {
      const sender = first()?.sender;
      const origin = sender === undefined ? undefined : origins.get(sender);
      next = undefined;
      if (origin === undefined || sender === undefined) return;
      origin.waiting.shift();
      size -= 1;
      turnMs = Math.max(turnMs, origin.usedMs);
      origin.usedMs += leastMs;
      if (origin.waiting.size() === 0) origins.delete(sender);
    },
    took({ sender }, blockedMs) {
      const origin = origins.get(sender);
      if (origin !== undefined) origin.usedMs += blockedMs;
    },
    size: () => size,
    retain(keep) {
      size = 0;
      if (next !== undefined && !keep(next)) next = undefined;
      for (const [sender, { waiting }] of origins) {
        waiting.retain(keep);
        size += waiting.size();
        if (waiting.size() === 0) origins.delete(sender);
      }
    },
    all: () => [...origins.values()].flatMap(({ waiting }) => waiting.all()),
  };
}
