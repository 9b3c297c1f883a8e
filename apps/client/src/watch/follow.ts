import type { ObservedAt } from '@cateto/sdk';

type Marks = Pick<ObservedAt, 'id'> & Partial<Pick<ObservedAt, 'trace' | 'traceId'>>;

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
  let learnt: Pick<Marks, 'trace' | 'traceId'> = {};
  const ids = new Set([requestId]);
  return ({ id, trace, traceId }) => {
    const byTrace = isSame(trace, learnt.trace) || trace === requestId || isSame(traceId, learnt.traceId);
    if (byTrace && id !== undefined && ids.size < idsMax) ids.add(id);
    // The request itself may carry a trace of another name. Learn only the first one: requests that it caused carry the
    // same trace.
    if (id === requestId && learnt.trace === undefined && learnt.traceId === undefined) learnt = { trace, traceId };
    return byTrace || (id !== undefined && ids.has(id));
  };
}

function isSame(one: string | undefined, learnt: string | undefined): boolean {
  return one !== undefined && one === learnt;
}
