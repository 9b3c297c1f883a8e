import { latin1 } from './bytes.ts';
import { legacyCancel, legacySubscribe } from './commands.ts';
import type { Peer } from './connection.ts';
import type { Connections, ConnectionsOptions } from './connections.ts';
import { createConnections } from './connections.ts';
import type { Network } from './network.ts';
import { createTopicIndex } from './topic-index.ts';

export interface XPublisherEvents {
  /** A connection was established. */
  connected?(peer: Peer): void;
  /** A connection is lost that was established; its subscriptions are reported as ended next. */
  closed?(peer: Peer): void;
  /** A peer's process ended. `prefixes` are its subscriptions; a `subscription` event for each follows. */
  ended?(prefixes: readonly string[]): void;
  /** The first peer subscribed to a prefix, or the last subscriber ended its subscription or is gone. */
  subscription(prefix: string, subscribed: boolean): void;
  /** A peer subscribes to more prefixes than it may, or to one that is longer than any topic. */
  refused(why: string): void;
  /** A peer that may only subscribe sent something else. */
  dropped(cause: string): void;
  /** A message was lost for one peer, because too many bytes wait for it. */
  lost(): void;
}

export interface XPublisher extends Pick<Connections, 'dial' | 'bind' | 'recheck' | 'close'> {
  /** Sends to every peer that subscribes to a prefix of the topic. Never waits and never throws. */
  send(topic: string, body: Uint8Array): void;
}

export type XPublisherOptions = Omit<ConnectionsOptions, 'type' | 'onFault'> & {
  /** How many subscriptions one peer may have. */
  readonly subscriptionsMax: number;
  /** Which subscriptions of a lost peer are reported first. */
  readonly isFirst?: (prefix: string) => boolean;
  /** Why a peer may not subscribe to a prefix; undefined when it may. */
  readonly refusalOf?: (peer: Peer, prefix: string) => string | undefined;
};

/** Filters at the source, like ZeroMQ's XPUB, and reports subscriptions. */
export function createXPublisher(network: Network, options: XPublisherOptions, events: XPublisherEvents): XPublisher {
  const { subscriptionsMax, prefixBytesMax, isFirst = () => false, refusalOf } = options;
  const index = createTopicIndex<Peer>();

  function asked(peer: Peer, prefix: string, subscribed: boolean, bytes: number): void {
    if (bytes > prefixBytesMax) {
      // It matches no topic, so it is not stored.
      if (subscribed) events.refused('a subscription longer than any topic');
    } else if (!subscribed) {
      if (index.remove(peer, prefix)) events.subscription(prefix, false);
    } else if (index.count(peer) >= subscriptionsMax) {
      events.refused('more subscriptions than a peer may have');
    } else {
      const refusal = refusalOf?.(peer, prefix);
      if (refusal !== undefined) events.refused(refusal);
      else if (index.add(peer, prefix)) events.subscription(prefix, true);
    }
  }

  const connections = createConnections(
    network,
    { ...options, type: 'XPUB', onFault: events.dropped },
    {
      ready: (peer) => events.connected?.(peer),
      message(peer, frame, _second, frames) {
        const [byte] = frame;
        if (frames > 1 || (byte !== legacySubscribe && byte !== legacyCancel)) return events.dropped('no subscription');
        const prefix = latin1(frame, 1, Math.min(frame.length, prefixBytesMax + 1));
        asked(peer, prefix, byte === legacySubscribe, frame.length - 1);
      },
      subscription: asked,
      closed(peer, ended) {
        events.closed?.(peer);
        const gone = index.leave(peer);
        if (ended) events.ended?.(gone);
        for (const prefix of gone) if (isFirst(prefix)) events.subscription(prefix, false);
        for (const prefix of gone) if (!isFirst(prefix)) events.subscription(prefix, false);
      },
    },
  );

  return {
    dial: connections.dial,
    bind: connections.bind,
    recheck: connections.recheck,
    close: connections.close,
    send(topic, body) {
      for (const peer of index.match(topic)) if (!peer.send(topic, body)) events.lost();
    },
  };
}
