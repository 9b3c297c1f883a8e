import type { OpenRequest } from './request.ts';
import { isSuspect } from './request.ts';
import type { Server, Servers } from './servers.ts';
import type { Target } from './types.ts';

/*
 * The lanes on which a request may travel: the one of its target, or also the others that its target names.
 */

/** Whether the target has this route, on whatever lane. */
export function hasRoute({ route, others }: Target, wanted: string): boolean {
  return route === wanted || (others?.some((other) => other.route === wanted) ?? false);
}

/** Whether an answer on this topic is one. */
export function isAnswered({ answerRoute, others }: Target, topic: string): boolean {
  return answerRoute === topic || (others?.some((other) => other.answerRoute === topic) ?? false);
}

/** Of all lanes on which a request may travel, its own first. */
export function routesOf({ route, others }: Target): string[] {
  return others === undefined ? [route] : [route, ...others.map((other) => other.route)];
}

/**
 * The server to ask, on the first lane that has one with room; `full` while those that would be asked have none. For an impatient
 * request there is no server when all that listen are passed over.
 */
export function chooseServer(servers: Servers, request: OpenRequest<unknown>): Server | 'full' | undefined {
  const { target } = request.call;
  const { others, impatient } = target;
  const own = chooseOn(servers, target, request, others !== undefined || impatient === true);
  // Nearly all requests go on the lane of their number: no list is made for them.
  if (others === undefined || typeof own === 'object') return own;
  return chooseAny(servers, [target, ...others], request);
}

/** A lane with a server that is not passed over, rather than any. */
function chooseAny(
  servers: Servers,
  targets: readonly Target[],
  request: OpenRequest<unknown>,
): Server | 'full' | undefined {
  for (const fitOnly of [true, false]) {
    let isFull = false;
    for (const target of targets) {
      const server = chooseOn(servers, target, request, fitOnly || target.impatient === true);
      if (typeof server === 'object') return server;
      isFull ||= server === 'full';
    }
    if (isFull) return 'full';
  }
  return undefined;
}

function chooseOn(
  servers: Servers,
  { route, contract, pinned }: Target,
  request: OpenRequest<unknown>,
  fitOnly: boolean,
): Server | 'full' | undefined {
  if (pinned !== undefined) {
    const server = servers.find(route, pinned);
    return server !== undefined && request.refused?.has(server) === true ? undefined : server;
  }
  const choice = servers.choose(route, contract, request.refused, isSuspect(request));
  if (choice === undefined || (fitOnly && !choice.fit)) return undefined;
  return choice.server ?? 'full';
}

/** The server at this address, if it listens on a lane on which the request may travel: on the request's own rather than on another. */
export function findServer(servers: Servers, { route, others }: Target, address: string): Server | undefined {
  const own = servers.find(route, address);
  if (own !== undefined || others === undefined) return own;
  const other = others.find((target) => servers.find(target.route, address) !== undefined);
  return other === undefined ? undefined : servers.find(other.route, address);
}

/** A server that does not listen on the request's lane gets it on one of its own. */
export function takeLane(request: OpenRequest<unknown>, server: Server): void {
  const { target } = request.call;
  if (target.others === undefined || server.routes.has(target.route)) return;
  const other = target.others.find(({ route }) => server.routes.has(route));
  if (other !== undefined) request.call = { ...request.call, target: other };
}
