import type { ObservedAt } from '@cateto/sdk';

type Marks = Pick<ObservedAt, 'id' | 'trace'>;

/**
 * Ids that are remembered of one request's story. It has a handful; but whoever is on the bus can put any trace on any
 * message.
 */
const idsMax = 1_024;

/**
 * Tells the messages that belong to one request: those with its id, those with its trace, and the results of what was
 * asked on its account, which have no trace but the id of a request that had it.
 */
export function follower(requestId: string): (message: Marks) => boolean {
  const traces = new Set([requestId]);
  const ids = new Set([requestId]);
  return ({ id, trace }) => {
    const byTrace = trace !== undefined && traces.has(trace);
    if (byTrace && id !== undefined && ids.size < idsMax) ids.add(id);
    // The request itself may have been given a trace of another name. Only that: what it caused has its trace anyway.
    if (id === requestId && trace !== undefined && traces.size < 2) traces.add(trace);
    return byTrace || (id !== undefined && ids.has(id));
  };
}
