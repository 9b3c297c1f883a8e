import { createBudget } from './budget.ts';
import { readLegacySubscription } from './commands.ts';
import type { Connections, ConnectionsOptions } from './connections.ts';
import { createConnections } from './connections.ts';
import type { Network } from './network.ts';
import type { Peer } from './peer.ts';
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
  /** Fewer bytes may wait than before (`unsentBytes`). */
  drained?(): void;
}

export interface XPublisher extends Pick<Connections, 'dial' | 'bind' | 'load' | 'unsentBytes' | 'recheck' | 'close'> {
  /**
   * Sends to every peer that subscribes to a prefix of the topic. Never waits and never throws. A body of less than
   * `copiedBelowBytes` is copied at once.
   */
  send(topic: string, body: Uint8Array): void;
}

export type XPublisherOptions = Omit<ConnectionsOptions, 'type' | 'onFault' | 'onDrained'> & {
  /** How many subscriptions one peer may have. */
  readonly subscriptionsMax: number;
  /** How many all peers may have together. */
  readonly subscriptionsTotalMax: number;
  /**
   * Whether a peer may have many such prefixes: complete topics of its own. Of all others it may have a few. Unless
   * given, it may have many of any.
   */
  readonly isTopic?: (prefix: string) => boolean;
  /** Which subscriptions of a lost peer are reported first: those of a peer that forwards messages to others. */
  readonly isFirst?: (prefix: string) => boolean;
  /** Why a peer that holds so many subscriptions may not subscribe to a prefix; undefined when it may. */
  readonly refusalOf?: (peer: Peer, prefix: string, held: number) => string | undefined;
};

/** An observer has one prefix that is not a topic, or a few. */
const prefixesMax = 32;

/** Filters at the source, like ZeroMQ's XPUB, and reports subscriptions. */
export function createXPublisher(network: Network, options: XPublisherOptions, events: XPublisherEvents): XPublisher {
  const { subscriptionsMax, subscriptionsTotalMax, prefixBytesMax, refusalOf } = options;
  const { isFirst = () => false, isTopic = () => true } = options;
  const index = createTopicIndex<Peer>();
  const subscriptions = createBudget<Peer>(subscriptionsTotalMax);
  /** How many subscriptions of a peer are not topics. */
  const prefixes = new Map<Peer, number>();
  /** The peers that forward messages, with the number of their subscriptions that say so. */
  const forwarding = new Map<Peer, number>();

  function refuse(peer: Peer, why: string): void {
    events.refused(why);
    peer.misused();
  }

  function countForwarding(peer: Peer, change: number): void {
    const count = (forwarding.get(peer) ?? 0) + change;
    if (count > 0) forwarding.set(peer, count);
    else forwarding.delete(peer);
  }

  /** While a second broker forwards, the first one may read nothing any more. */
  function unsentBytes(): number {
    if (forwarding.size < 2) return connections.unsentBytes();
    let least = Number.POSITIVE_INFINITY;
    for (const peer of forwarding.keys()) least = Math.min(least, peer.waiting());
    return least;
  }

  function counted(peer: Peer, prefix: string, change: number): void {
    if (!isTopic(prefix)) prefixes.set(peer, (prefixes.get(peer) ?? 0) + change);
    if (isFirst(prefix)) countForwarding(peer, change);
    const cut = subscriptions.holds(peer, index.count(peer));
    if (cut === undefined) return;
    events.dropped('more subscriptions than all peers may have');
    cut.destroy();
  }

  function add(peer: Peer, prefix: string): void {
    // The form comes first: what is refused takes no memory.
    const isOneTooMany = (prefixes.get(peer) ?? 0) >= prefixesMax && !isTopic(prefix);
    if (isOneTooMany) return refuse(peer, 'more prefixes than an observer has');
    if (index.count(peer) >= subscriptionsMax) return refuse(peer, 'more subscriptions than a peer may have');
    const refusal = refusalOf?.(peer, prefix, index.count(peer));
    if (refusal !== undefined) return events.refused(refusal);
    const isNew = index.add(peer, prefix);
    counted(peer, prefix, 1);
    if (isNew) events.subscription(prefix, true);
  }

  function remove(peer: Peer, prefix: string): void {
    const isGone = index.remove(peer, prefix);
    counted(peer, prefix, -1);
    if (isGone) events.subscription(prefix, false);
  }

  function asked(peer: Peer, prefix: string, subscribed: boolean, bytes: number): void {
    if (bytes > prefixBytesMax) {
      // It matches no topic, so it is not stored.
      if (subscribed) refuse(peer, 'a subscription longer than any topic');
    } else if (index.has(peer, prefix) !== subscribed) {
      if (subscribed) add(peer, prefix);
      else remove(peer, prefix);
    }
  }

  const connections = createConnections(
    network,
    { ...options, type: 'XPUB', onFault: events.dropped, onDrained: () => events.drained?.() },
    {
      ready: (peer) => events.connected?.(peer),
      message(peer, frame, _second, frames) {
        const found = frames > 1 ? undefined : readLegacySubscription(frame, prefixBytesMax);
        if (found !== undefined) return asked(peer, found.prefix, found.subscribed, found.bytes);
        events.dropped('no subscription');
        peer.misused();
      },
      subscription: asked,
      closed(peer, ended) {
        events.closed?.(peer);
        prefixes.delete(peer);
        forwarding.delete(peer);
        subscriptions.holds(peer, 0);
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
    load: connections.load,
    unsentBytes,
    recheck: connections.recheck,
    close: connections.close,
    send(topic, body) {
      for (const peer of index.match(topic)) if (!peer.send(topic, body)) events.lost();
    },
  };
}
