/*
 * The listener table decides, from the subscriptions that brokers forward to a publisher, which servers listen on which
 * route, and which brokers are active. There is no other registry (docs/wire.md, "Requester").
 *
 * Rules:
 * - A request of n operands can only go to a server that subscribes to all of `calc.request.1` to `calc.request.n`.
 *   When the first of them vanishes, the server does not listen any more. The route of such requests is
 *   `calc.request.<n>`. Every other route is its request topic without the address.
 * - Each marker is one active broker.
 * - The table is bounded: a stranger that subscribes to request topics of invented servers fills it up to the bound and
 *   no further.
 */
import { isLane, limits, operandTopic, topicShape } from '@cateto/contracts';

export type ListenersInput =
  | { readonly type: 'subscribed'; readonly topic: string }
  | { readonly type: 'unsubscribed'; readonly topic: string };

export type ListenersEffect =
  | { readonly type: 'listener-up'; readonly route: string; readonly address: string }
  | { readonly type: 'listener-down'; readonly route: string; readonly address: string }
  /** `held`: how many markers are present now. */
  | { readonly type: 'marker-up'; readonly marker: string; readonly held: number }
  | { readonly type: 'marker-down'; readonly marker: string; readonly held: number }
  /** The process of a listed server has ended; an active broker knows this for certain. Its routes go down next. */
  | { readonly type: 'server-ended'; readonly address: string }
  /** The table is full, so this subscription is not in it. */
  | { readonly type: 'refused'; readonly topic: string };

export interface Listeners {
  handle(input: ListenersInput): readonly ListenersEffect[];
  /** Addresses that listen on a route. */
  listenersOf(route: string): readonly string[];
  /** Addresses in the table. */
  size(): number;
}

export interface ListenersConfig {
  readonly addressesMax?: number;
}

/** Epochs only grow, and there are two brokers. Further markers come from a stranger. */
const markersMax = 16;

/** The request topics of one address: operands, lanes of operations, status. */
const topicsPerAddressMax = 4_096;

const nothing: readonly ListenersEffect[] = [];
const operandRoute = /^calc\.request\.([1-8])$/;

export function createListeners(config: ListenersConfig = {}): Listeners {
  const addressesMax = config.addressesMax ?? limits.listenersMax;
  const markers = new Set<string>();
  const topicsOf = new Map<string, Set<string>>();

  function markerChanged(marker: string, up: boolean): readonly ListenersEffect[] {
    if (markers.has(marker) === up) return nothing;
    if (!up) {
      markers.delete(marker);
      return [{ type: 'marker-down', marker, held: markers.size }];
    }
    if (markers.size >= markersMax) return [{ type: 'refused', topic: marker }];
    markers.add(marker);
    return [{ type: 'marker-up', marker, held: markers.size }];
  }

  function subscribed(route: string, address: string, topic: string): readonly ListenersEffect[] {
    let topics = topicsOf.get(address);
    if (topics === undefined) {
      if (topicsOf.size >= addressesMax) return [{ type: 'refused', topic }];
      topics = new Set();
      topicsOf.set(address, topics);
    }
    if (topics.has(route)) return nothing;
    if (topics.size >= topicsPerAddressMax) return [{ type: 'refused', topic }];
    const before = operandsHeard(topics);
    topics.add(route);
    if (!operandRoute.test(route)) return [{ type: 'listener-up', route, address }];
    return operandRoutes(before, operandsHeard(topics)).map((up) => ({ type: 'listener-up', route: up, address }));
  }

  function unsubscribed(route: string, address: string): readonly ListenersEffect[] {
    const topics = topicsOf.get(address);
    if (topics === undefined || !topics.has(route)) return nothing;
    const before = operandsHeard(topics);
    topics.delete(route);
    if (topics.size === 0) topicsOf.delete(address);
    if (!operandRoute.test(route)) return [{ type: 'listener-down', route, address }];
    return operandRoutes(operandsHeard(topics), before).map((down) => ({
      type: 'listener-down',
      route: down,
      address,
    }));
  }

  return {
    handle({ type, topic }) {
      const shape = topicShape(topic);
      if (shape?.shape === 'marker') return markerChanged(topic, type === 'subscribed');
      if (shape?.shape === 'ended') {
        return type === 'subscribed' ? [{ type: 'server-ended', address: shape.address }] : nothing;
      }
      if (shape?.shape !== 'request') return nothing;
      const { route, address } = shape;
      return type === 'subscribed' ? subscribed(route, address, topic) : unsubscribed(route, address);
    },
    listenersOf(route) {
      const operands = Number(operandRoute.exec(route)?.[1] ?? 0);
      const listens = (topics: ReadonlySet<string>): boolean =>
        operands > 0 ? operandsHeard(topics) >= operands : topics.has(route);
      return [...topicsOf].filter(([, topics]) => listens(topics)).map(([address]) => address);
    },
    size: () => topicsOf.size,
  };
}

/** The largest n such that the server subscribes to all operands 1 to n. */
function operandsHeard(topics: ReadonlySet<string>): number {
  let heard = 0;
  for (let n = 1; isLane(n) && topics.has(operandTopic(n)); n += 1) heard = n;
  return heard;
}

/** The routes of requests with more than `from` and up to `to` operands. */
function operandRoutes(from: number, to: number): string[] {
  const routes: string[] = [];
  for (let n = from + 1; n <= to && isLane(n); n += 1) routes.push(operandTopic(n));
  return routes;
}
