import { addressed, beatTopic, endedTopic, helloTopic, limits, markerTopic, topicShape } from '@cateto/contracts';

/*
 * Decides which subscriptions a broker forwards to publishers (docs/wire.md, "Forwarding"):
 * - Exact request topics. They are the registry of servers that listen. So an observer may only subscribe to prefixes:
 *   a subscription to a server's request topic would keep that server listed after its death.
 * - Coarse prefixes: each result topic without its address, and the prefixes of cancellations, beats and hellos. So the
 *   table of a publisher grows with the servers, not with the clients. A prefix stays once seen, because withdrawing it
 *   would race with the next client. If there are more than any catalogue has, a prefix goes with its last subscriber,
 *   so that no peer fills the table for good with invented names.
 * - Last, the broker's own marker.
 * - While a server's topics are still there, for a moment, the notice that its process has ended.
 *
 * Everything else is withheld: the `calc.` of observers, and above all topics in the form of other markers, which would
 * announce a broker that does not exist.
 */

export interface SubscriptionTable {
  /** A subscriber subscribed to a topic. @returns the topics to subscribe to upstream */
  subscribed(topic: string): readonly string[];
  /** The last subscriber of a topic is gone. @returns the topics to unsubscribe from upstream */
  unsubscribed(topic: string): readonly string[];
  /** @returns the notices for the servers whose topics are among these, empty while the broker is not active */
  ended(topics: readonly string[]): readonly string[];
  /** A subscriber asked for a forbidden topic. */
  refuse(): void;
  /** @returns everything to subscribe to, the marker last */
  activate(epoch: number): readonly string[];
  /** @returns everything to unsubscribe from, the marker first */
  deactivate(): readonly string[];
  /** How many subscriptions are known, and how many are never forwarded. */
  counters(): { readonly requests: number; readonly prefixes: number; readonly refused: number };
}

/** The longest topic: a name of 32 characters, the words around it and an address, which make 60. */
export const topicBytesMax = 64;

/**
 * Four routes for each address of a full listener table; each is an entry in the table of every publisher. The same
 * bound holds for prefixes.
 */
const entriesMax = 4 * limits.listenersMax;
/** How many result prefixes are kept without a subscriber: operations times lanes, and formulas. */
const prefixesKept = 4_096;

const alwaysForwarded = [addressed(helloTopic, ''), addressed(beatTopic, '')];
const nothing: readonly string[] = [];

/** @param requestChanged is called for every request topic that comes or goes */
export function createSubscriptionTable(
  address: string,
  requestChanged?: (subscribed: boolean, route: string, address: string) => void,
): SubscriptionTable {
  const requests = new Set<string>();
  /** How many subscribed topics each prefix stands for. */
  const prefixes = new Map<string, number>();
  let marker: string | undefined;
  let refused = 0;

  const ifActive = (topic: string): readonly string[] => (marker === undefined ? nothing : [topic]);

  function refuse(): readonly string[] {
    refused += 1;
    return nothing;
  }

  function addRequest(topic: string, route: string, server: string): readonly string[] {
    if (requests.has(topic)) return nothing;
    if (requests.size >= entriesMax) return refuse();
    requests.add(topic);
    requestChanged?.(true, route, server);
    return ifActive(topic);
  }

  function addPrefix(prefix: string): readonly string[] {
    const topics = prefixes.get(prefix);
    if (topics === undefined && prefixes.size >= entriesMax) return refuse();
    prefixes.set(prefix, (topics ?? 0) + 1);
    return topics === undefined ? ifActive(prefix) : nothing;
  }

  function leavePrefix(prefix: string): readonly string[] {
    const topics = prefixes.get(prefix);
    if (topics === undefined) return nothing;
    if (topics > 1 || prefixes.size <= prefixesKept) {
      prefixes.set(prefix, Math.max(0, topics - 1));
      return nothing;
    }
    prefixes.delete(prefix);
    return ifActive(prefix);
  }

  return {
    subscribed(topic) {
      const shape = topic.length > topicBytesMax ? undefined : topicShape(topic);
      switch (shape?.shape) {
        case 'request':
          return addRequest(topic, shape.route, shape.address);
        case 'result':
        case 'cancel':
          return addPrefix(`${shape.route}.`);
        case 'hello':
        case 'beat':
          return nothing; // their prefixes are always forwarded
        default:
          return refuse();
      }
    },
    unsubscribed(topic) {
      const shape = topic.length > topicBytesMax ? undefined : topicShape(topic);
      if (shape?.shape === 'request') {
        if (!requests.delete(topic)) return nothing;
        requestChanged?.(false, shape.route, shape.address);
        return ifActive(topic);
      }
      const isPrefixed = shape?.shape === 'result' || shape?.shape === 'cancel';
      return isPrefixed ? leavePrefix(`${shape.route}.`) : nothing;
    },
    ended(topics) {
      if (marker === undefined) return nothing;
      const notices = new Set<string>();
      for (const topic of topics) {
        if (notices.size >= limits.listenersMax) break;
        const shape = topic.length > topicBytesMax ? undefined : topicShape(topic);
        // A server that drains has withdrawn its request topics and still hears cancellations.
        const isServers = shape?.shape === 'cancel' || (shape?.shape === 'request' && requests.has(topic));
        if (isServers) notices.add(endedTopic(shape.address));
      }
      return [...notices];
    },
    refuse: () => void refuse(),
    activate(epoch) {
      marker = markerTopic(epoch, address);
      return [...alwaysForwarded, ...prefixes.keys(), ...requests, marker];
    },
    deactivate() {
      if (marker === undefined) return nothing;
      const withdrawn = [marker, ...requests, ...prefixes.keys(), ...alwaysForwarded];
      marker = undefined;
      return withdrawn;
    },
    counters: () => ({ requests: requests.size, prefixes: prefixes.size + alwaysForwarded.length, refused }),
  };
}
