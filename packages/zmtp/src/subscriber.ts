import { latin1 } from './bytes.ts';
import type { Connections, ConnectionsOptions } from './connections.ts';
import { createConnections } from './connections.ts';
import type { Network } from './network.ts';
import type { Peer } from './peer.ts';

export interface SubscriberEvents {
  /**
   * A message of two frames. Its topic may be one that this socket did not subscribe to. A topic of more than
   * `prefixBytesMax` characters is cut to one more than that.
   *
   * @returns false when no participant sends such a message
   */
  message(topic: string, body: Uint8Array, peer: Peer): boolean | void;
  /** A connection was established, the first or a later one, and has received all subscriptions. */
  connected(peer: Peer): void;
  /** A connection is lost that was established. */
  closed?(peer: Peer): void;
  /** Something other than a two-frame message arrived. */
  dropped(cause: string): void;
}

export interface Subscriber extends Pick<Connections, 'dial' | 'bind' | 'load' | 'recheck' | 'close'> {
  /** Subscribes to a prefix at every peer, present and future. */
  subscribe(prefix: string): void;
  unsubscribe(prefix: string): void;
}

export type SubscriberOptions = Omit<ConnectionsOptions, 'type' | 'onFault'> & {
  readonly type: 'SUB' | 'XSUB';
  /** Which prefixes a new peer receives last. */
  readonly isLast?: (prefix: string) => boolean;
};

/** Bounds the number of different causes that a stranger can produce. */
const framesToldMax = 8;

/** Sends its subscriptions to every peer, and receives their messages. */
export function createSubscriber(network: Network, options: SubscriberOptions, events: SubscriberEvents): Subscriber {
  const { isLast = () => false, prefixBytesMax } = options;
  const wanted = new Set<string>();
  const peers = new Set<Peer>();

  const connections = createConnections(
    network,
    { ...options, onFault: events.dropped },
    {
      ready(peer) {
        peers.add(peer);
        for (const prefix of wanted) if (!isLast(prefix)) peer.subscription(prefix, true);
        for (const prefix of wanted) if (isLast(prefix)) peer.subscription(prefix, true);
        events.connected(peer);
      },
      message(peer, topic, body, frames) {
        if (body === undefined || frames > 2) {
          events.dropped(frames > framesToldMax ? 'many frames' : `${frames} frames`);
          peer.misused();
        } else if (events.message(latin1(topic, 0, Math.min(topic.length, prefixBytesMax + 1)), body, peer) === false) {
          peer.misused();
        }
      },
      // A socket that only receives has no subscribers.
      subscription: () => undefined,
      closed(peer) {
        peers.delete(peer);
        events.closed?.(peer);
      },
    },
  );

  return {
    dial: connections.dial,
    bind: connections.bind,
    load: connections.load,
    recheck: connections.recheck,
    close: connections.close,
    subscribe(prefix) {
      if (wanted.has(prefix)) return;
      wanted.add(prefix);
      for (const peer of peers) peer.subscription(prefix, true);
    },
    unsubscribe(prefix) {
      if (!wanted.delete(prefix)) return;
      for (const peer of peers) peer.subscription(prefix, false);
    },
  };
}
