import { limits, markerTopic, topicShape } from '@cateto/contracts';

/*
 * What a broker forwards upstream, of all that subscribers ask for (docs/protocol.md, section 5).
 *
 * - Exact request topics: they are the registry of who listens.
 * - Coarse prefixes: each result topic seen, without its address, and the hello's. A publisher's table grows with the
 *   servers and not with the clients. They stay once seen: few, and withdrawing one would race with the next client.
 * - Last the broker's own marker.
 *
 * Nothing else: not an observer's `calc.`, and marker shapes of others above all, which would tell publishers of a broker
 * that is not there.
 */

export interface Upstream {
  /** A subscriber asked for a topic. @returns what to subscribe to upstream now */
  subscribed(topic: string): readonly string[];
  /** The last subscriber of a topic is gone. @returns what to unsubscribe from upstream now */
  unsubscribed(topic: string): readonly string[];
  /** @returns everything to subscribe to, the marker last */
  activate(epoch: number): readonly string[];
  /** @returns everything to unsubscribe from, the marker first */
  deactivate(): readonly string[];
  /** Subscriptions known, and those that are not forwarded whoever asks. */
  counters(): { readonly requests: number; readonly prefixes: number; readonly refused: number };
}

/** Request topics of all servers: 10,000 addresses would hold as many; each is a table entry in every publisher. */
const requestsMax = 4 * limits.listenersMax;
/** Result topics without their addresses: operations times lanes, and formulas. */
const prefixesMax = 4_096;

const nothing: readonly string[] = [];

export function createUpstream(address: string): Upstream {
  const requests = new Set<string>();
  const prefixes = new Set<string>(['calc.hello.']);
  let marker: string | undefined;
  let refused = 0;

  function refuse(): readonly string[] {
    refused += 1;
    return nothing;
  }

  function add(to: Set<string>, entry: string, max: number): readonly string[] {
    if (to.has(entry)) return nothing;
    if (to.size >= max) return refuse();
    to.add(entry);
    return marker === undefined ? nothing : [entry];
  }

  return {
    subscribed(topic) {
      const shape = topicShape(topic);
      switch (shape?.shape) {
        case 'request':
          return add(requests, topic, requestsMax);
        case 'result':
          return add(prefixes, `${shape.route}.`, prefixesMax);
        case 'hello':
          return nothing; // its prefix is there from the start
        default:
          return refuse();
      }
    },
    unsubscribed(topic) {
      return requests.delete(topic) && marker !== undefined ? [topic] : nothing;
    },
    activate(epoch) {
      marker = markerTopic(epoch, address);
      return [...prefixes, ...requests, marker];
    },
    deactivate() {
      if (marker === undefined) return nothing;
      const withdrawn = [marker, ...requests, ...prefixes];
      marker = undefined;
      return withdrawn;
    },
    counters: () => ({ requests: requests.size, prefixes: prefixes.size, refused }),
  };
}
