import type { Peer } from './connection.ts';
import type { Connections, ConnectionsOptions } from './connections.ts';
import { createConnections } from './connections.ts';

export interface SubscriberEvents {
  /** A message of two frames on a topic, whoever asked for it. */
  message(topic: Buffer, body: Buffer): void;
  /** A connection was made, for the first time or again; it has been told what is asked for. */
  connected(): void;
  /** Something came that is no such message. */
  dropped(cause: string): void;
}

export interface Subscriber extends Pick<Connections, 'dial' | 'bind' | 'close'> {
  /** Asks every peer for a prefix, those to come as well. */
  subscribe(prefix: string): void;
  unsubscribe(prefix: string): void;
}

export type SubscriberOptions = Omit<ConnectionsOptions, 'type' | 'onFault'> & {
  readonly type: 'SUB' | 'XSUB';
  /** Of what is asked for, what a new peer hears of last. */
  readonly isLast?: (prefix: string) => boolean;
};

/** Causes are few, whatever a stranger sends. */
const framesToldMax = 8;

/** Tells all its peers what it wants, and hears what they send. */
export function createSubscriber(options: SubscriberOptions, events: SubscriberEvents): Subscriber {
  const { isLast = () => false } = options;
  const wanted = new Set<string>();
  const peers = new Set<Peer>();

  const connections = createConnections(
    { ...options, onFault: events.dropped },
    {
      ready(peer) {
        peers.add(peer);
        for (const prefix of wanted) if (!isLast(prefix)) peer.subscription(prefix, true);
        for (const prefix of wanted) if (isLast(prefix)) peer.subscription(prefix, true);
        events.connected();
      },
      message(_peer, topic, body, frames) {
        if (body === undefined || frames > 2)
          events.dropped(frames > framesToldMax ? 'many frames' : `${frames} frames`);
        else events.message(topic, body);
      },
      // Nobody asks who only listens.
      subscription: () => undefined,
      closed: (peer) => void peers.delete(peer),
    },
  );

  return {
    dial: connections.dial,
    bind: connections.bind,
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
