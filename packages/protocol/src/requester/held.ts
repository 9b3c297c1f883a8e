import type { OpenRequest } from './request.ts';

/** Requests that no server has been given yet, by route, in the order in which they came. */
export interface Held<W> {
  add(request: OpenRequest<W>): void;
  remove(request: OpenRequest<W>): void;
  of(route: string): Iterable<OpenRequest<W>>;
  routes(): Iterable<string>;
}

export function createHeld<W>(): Held<W> {
  const byRoute = new Map<string, Set<OpenRequest<W>>>();
  return {
    add(request) {
      const waiting = byRoute.get(request.call.target.route);
      if (waiting === undefined) byRoute.set(request.call.target.route, new Set([request]));
      else waiting.add(request);
    },
    remove(request) {
      const waiting = byRoute.get(request.call.target.route);
      if (waiting?.delete(request) === true && waiting.size === 0) byRoute.delete(request.call.target.route);
    },
    of: (route) => byRoute.get(route) ?? [],
    routes: () => byRoute.keys(),
  };
}
