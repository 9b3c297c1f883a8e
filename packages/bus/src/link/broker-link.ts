import type { Probe } from './sockets.ts';

/**
 * Carries the messages of a broker: the seam between its decisions and its sockets. A simulated network can replace it,
 * like a participant's link.
 */
export interface BrokerLink {
  /** Sends to every subscriber of the topic. Never waits: a subscriber beyond its high-water mark loses the message. */
  forward(topic: string, body: Uint8Array): void;
  /** Subscribes to a topic at every publisher. */
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Sends a beat to the peer and to all other listeners. */
  beat(body: Uint8Array): void;
  /** Drops messages of publishers that were not handed over yet. */
  dropQueued(): void;
  /** Tries a plain TCP connect to the peer's heartbeat port. `peerProbed` reports the result. */
  probePeer(): void;
  /** The connections of publishers and subscribers. */
  load(): BrokerLinkLoad;
  /** Asks again about the key of every connection, and cuts off those that are refused. A link without keys has none. */
  recheckKeys?(): void;
  /** Resolves when the ports are free again. */
  close(): Promise<void>;
}

export interface BrokerLinkLoad {
  /** How many have completed their handshake. */
  readonly publishers: number;
  readonly subscribers: number;
  /** How many bytes wait for connections that read too slowly. */
  readonly unsentBytes: number;
}

export interface BrokerLinkEvents {
  /**
   * A publisher sent a message. A topic that is longer than any is cut, to a length that is still too long.
   *
   * @returns whether it has the form of a message; a publisher that sends others is cut off
   */
  published(topic: string, body: Uint8Array): boolean;
  /** The first subscriber subscribed to a topic, or the last one unsubscribed or is gone. */
  subscription(topic: string, subscribed: boolean): void;
  /** The process of a subscriber ended. `topics` are its subscriptions; a `subscription` event for each follows. */
  ended(topics: readonly string[]): void;
  /** A subscription to a forbidden topic. */
  refused(): void;
  peerBeat(body: Uint8Array): void;
  peerLinkBroken(): void;
  peerProbed(met: Probe): void;
  /** The heartbeat port of the other broker, as host and port, was dialled; `fault` says why it was not reached. */
  dialled?(peer: string, fault: string | undefined, keysDiffer?: boolean): void;
  /** No peer can connect any more; `cause` says why. */
  connectionsRefused(cause: string): void;
  /** A message was dropped because its sender may not publish it. The rights of its key have reported that. */
  rightRefused(cause: string): void;
  /** A message could not be received or sent. */
  dropped(where: string, cause: string): void;
}

export type OpenBrokerLink = (events: BrokerLinkEvents) => BrokerLink;
