import type { Kept } from './kept.ts';
import type { Passed } from './seen.ts';

/*
 * Finds the client's request to which a call of an operation belongs. A call names the client for which it is made, and
 * has the trace of its request. If the calc-server has exactly one open request of that client with that trace, the
 * call belongs to it. If several requests have the same trace, or no request has it, the call cannot be attributed.
 */

export type Marks = Pick<Passed, 'trace' | 'traceId'>;

export interface CallParents {
  /** The request was sent to its server, with these marks. */
  opened(request: Kept, marks: Marks): void;
  closed(request: Kept): void;
  parentOf(call: { readonly server: string; readonly origin: unknown; readonly marks: Marks }): Kept | undefined;
}

export function createCallParents(): CallParents {
  const open = new Map<string, Set<Kept>>();

  function keyOf(server: string, client: string, { trace = '', traceId = '' }: Marks): string {
    return `${server} ${client} ${traceId} ${trace}`;
  }

  return {
    opened(request, marks) {
      const key = keyOf(request.row.server ?? '', request.row.client, marks);
      request.keys.add(key);
      const same = open.get(key);
      if (same === undefined) open.set(key, new Set([request]));
      else same.add(request);
    },
    closed(request) {
      for (const key of request.keys) {
        const same = open.get(key);
        same?.delete(request);
        if (same?.size === 0) open.delete(key);
      }
      request.keys.clear();
    },
    parentOf({ server, origin, marks }) {
      if (typeof origin !== 'string') return undefined;
      const same = open.get(keyOf(server, origin, marks));
      if (same?.size !== 1) return undefined;
      const [only] = same;
      return only;
    },
  };
}
