import type { ObservedAt } from '@cateto/sdk';

type Marks = Pick<ObservedAt, 'id' | 'trace'>;

/**
 * Ids that are remembered for one request. A request has a handful, but any peer on the bus can put any trace on any
 * message.
 */
const idsMax = 1_024;

/**
 * Recognises the messages that belong to one request: messages with its id, messages with its trace, and the results of
 * the requests that it caused. A result has no trace, only the id of a request that had it.
 */
export function follower(requestId: string): (message: Marks) => boolean {
  const traces = new Set([requestId]);
  const ids = new Set([requestId]);
  return ({ id, trace }) => {
    const byTrace = trace !== undefined && traces.has(trace);
    if (byTrace && id !== undefined && ids.size < idsMax) ids.add(id);
    // The request itself may carry a trace of another name. Learn only that one: requests that it caused carry the same
    // trace.
    if (id === requestId && trace !== undefined && traces.size < 2) traces.add(trace);
    return byTrace || (id !== undefined && ids.has(id));
  };
}
