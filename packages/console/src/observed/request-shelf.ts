import type { SeenMessage } from '../shared/request.ts';
import { isTroubled, ordinaryMax, troubledMax } from '../shared/keeping.ts';
import type { Kept } from './kept.ts';

/*
 * The requests that are kept. Requests with a problem are kept longer than the others, because they are what people
 * look for. The messages of the oldest ones go first, then the requests themselves.
 */

/** Characters of all messages: some 50 MB of memory. */
const sizeMax = 16_777_216;

export interface RequestShelf {
  get(id: string): Kept | undefined;
  put(request: Kept): void;
  remove(request: Kept): void;
  addMessage(request: Kept, message: SeenMessage): void;
  /** The outcome of the request is known. From now on, a request with a problem is kept longer. */
  settled(request: Kept): void;
  all(): readonly Kept[];
}

export function requestShelf(): RequestShelf {
  const ordinary = new Map<string, Kept>();
  const troubled = new Map<string, Kept>();
  /** Those with messages, the oldest first. */
  const detailed = new Set<Kept>();
  let size = 0;

  function put(shelf: Map<string, Kept>, most: number, request: Kept): void {
    shelf.set(request.row.id, request);
    if (shelf.size <= most) return;
    const [oldest] = shelf.values();
    if (oldest !== undefined) remove(oldest);
  }

  function remove(request: Kept): void {
    ordinary.delete(request.row.id);
    troubled.delete(request.row.id);
    forgetMessages(request);
  }

  function forgetMessages(request: Kept): void {
    if (!detailed.delete(request)) return;
    size -= request.size;
    request.size = 0;
    request.omitted += request.messages.length;
    request.messages = [];
  }

  return {
    get: (id) => ordinary.get(id) ?? troubled.get(id),
    put: (request) => put(ordinary, ordinaryMax, request),
    remove,
    addMessage(request, message) {
      const more = 300 + message.payload.length;
      request.messages.push(message);
      request.size += more;
      size += more;
      detailed.add(request);
      while (size > sizeMax) {
        const [oldest] = detailed;
        if (oldest === undefined || oldest === request) return;
        forgetMessages(oldest);
      }
    },
    settled(request) {
      if (!isTroubled(request.row) || !ordinary.delete(request.row.id)) return;
      put(troubled, troubledMax, request);
    },
    all: () => [...ordinary.values(), ...troubled.values()].toSorted((a, b) => a.row.startMs - b.row.startMs),
  };
}
