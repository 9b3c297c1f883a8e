import type { Probe } from './zeromq/peer-probe.ts';

/**
 * What carries a broker's messages: the seam between what a broker decides and its sockets. As with a participant's link,
 * a simulated network can stand in for them.
 */
export interface BrokerLink {
  /** To every subscriber that asked for it. Never waits: what is past a subscriber's mark is lost for that one. */
  forward(topic: string, body: Uint8Array): void;
  /** Asks every publisher for a topic. */
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** To the peer and to whoever listens. */
  beat(body: Uint8Array): void;
  /** Drops what publishers sent and was not handed over yet. */
  dropQueued(): void;
  /** Tries a plain TCP connect to the peer's heartbeat port; `peerProbed` tells what it met. */
  probePeer(): void;
  /** Fulfilled once the ports are free again. */
  close(): Promise<void>;
}

export interface BrokerLinkEvents {
  /** A publisher sent something. */
  published(topic: Buffer, body: Buffer): void;
  /** The first subscriber asks for a topic, or the last that did is gone or asks for it no longer. */
  subscription(topic: string, subscribed: boolean): void;
  /** The process of a subscriber ended; `topics` are what it was subscribed to. Their `subscription` events follow. */
  ended(topics: readonly string[]): void;
  /** A subscriber asks for what nobody may. */
  refused(): void;
  peerBeat(body: Buffer): void;
  peerLinkBroken(): void;
  peerProbed(met: Probe): void;
  /** Nobody can connect any more; the cause. */
  connectionsRefused(cause: string): void;
  /** Something could not be taken in or sent. */
  dropped(where: string, cause: string): void;
}

export type OpenBrokerLink = (events: BrokerLinkEvents) => BrokerLink;
