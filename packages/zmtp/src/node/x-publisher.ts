import { legacyCancel, legacySubscribe } from '../commands.ts';
import type { Peer } from './connection.ts';
import type { Connections, ConnectionsOptions } from './connections.ts';
import { createConnections } from './connections.ts';
import { createTopicIndex } from '../topic-index.ts';

export interface XPublisherEvents {
  /** A peer's process ended; `prefixes` are what it asked for. Their `subscription` events follow. */
  ended?(prefixes: readonly string[]): void;
  /** The first peer asks for a prefix, or the last that did is gone or asks for it no longer. */
  subscription(prefix: string, subscribed: boolean): void;
  /** A peer asks for more prefixes than it may, or for one that is longer than any topic. */
  refused(why: string): void;
  /** Somebody who may only ask says something else. */
  dropped(cause: string): void;
  /** A message that more waits before than may is lost for one peer. */
  lost(): void;
}

export interface XPublisher extends Pick<Connections, 'dial' | 'bind' | 'close'> {
  /** To every peer that asked for a prefix of the topic. Never waits and never fails. */
  send(topic: string, body: Uint8Array): void;
}

export type XPublisherOptions = Omit<ConnectionsOptions, 'type' | 'onFault'> & {
  /** What one peer may ask for. */
  readonly subscriptionsMax: number;
  /** Of what a peer asked for that is gone, what is reported first. */
  readonly isFirst?: (prefix: string) => boolean;
};

/** Filters at the source, as ZeroMQ's XPUB does, and reports what is asked for. */
export function createXPublisher(options: XPublisherOptions, events: XPublisherEvents): XPublisher {
  const { subscriptionsMax, prefixBytesMax, isFirst = () => false } = options;
  const index = createTopicIndex<Peer>();

  function asked(peer: Peer, prefix: string, subscribed: boolean, bytes: number): void {
    if (bytes > prefixBytesMax) {
      // It matches no topic, so nobody has to remember it.
      if (subscribed) events.refused('a subscription longer than any topic');
    } else if (!subscribed) {
      if (index.remove(peer, prefix)) events.subscription(prefix, false);
    } else if (index.count(peer) >= subscriptionsMax) {
      events.refused('more subscriptions than a peer may have');
    } else if (index.add(peer, prefix)) {
      events.subscription(prefix, true);
    }
  }

  const connections = createConnections(
    { ...options, type: 'XPUB', onFault: events.dropped },
    {
      ready: () => undefined,
      message(peer, frame, _second, frames) {
        const [byte] = frame;
        if (frames > 1 || (byte !== legacySubscribe && byte !== legacyCancel)) return events.dropped('no subscription');
        const prefix = frame.toString('latin1', 1, prefixBytesMax + 1);
        asked(peer, prefix, byte === legacySubscribe, frame.length - 1);
      },
      subscription: asked,
      closed(peer, ended) {
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
    close: connections.close,
    send(topic, body) {
      for (const peer of index.match(topic)) if (!peer.send(topic, body)) events.lost();
    },
  };
}
