import type { BrokerEndpoint } from '@cateto/contracts';
import type {
  BeatPublisher,
  BeatSubscriber,
  Subscriber,
  SubscriberEvents,
  XPublisher,
  XPublisherEvents,
  XPublisherOptions,
} from '@cateto/zmtp';
import type { Platform } from './link.ts';

/*
 * The sockets that a link opens. `zeromq/sockets.ts` opens the real ones. The simulation opens the same ones on its own
 * network, with models of the two kinds that are libzmq's.
 */

/** What arrives on a connection for requests; libzmq does not tell from which peer. */
export interface RequestEvents {
  message(topic: string, body: Uint8Array): void;
  /** A connection was established, the first or a later one. */
  connected(): void;
  dropped(cause: string): void;
}

/** A connection on which requests arrive. */
export type RequestSubscriber = Pick<Subscriber, 'subscribe' | 'unsubscribe' | 'close'>;

/** @param broker the host and port that were dialled @param fault why it was not reached; undefined when it was */
export type Dialled = (broker: string, fault: string | undefined) => void;

export interface ParticipantSockets {
  /**
   * The outbound connection of a participant, to every broker. Subscriptions arrive on it. When a broker is gone, the
   * subscriptions that `isFirst` selects are reported as ended before the others.
   */
  connectXPublisher(
    brokers: readonly BrokerEndpoint[],
    isFirst: (prefix: string) => boolean,
    events: XPublisherEvents,
    dialled: Dialled,
  ): XPublisher;
  /** The connection on which a participant receives answers, and an observer everything, from every broker. */
  connectSubscriber(brokers: readonly BrokerEndpoint[], events: SubscriberEvents): Subscriber;
  /** The connection on which a server receives requests, from every broker. */
  connectRequests(brokers: readonly BrokerEndpoint[], events: RequestEvents): RequestSubscriber;
  /** The heartbeat of a broker, for a participant that requests its status. */
  connectBeats(of: BrokerEndpoint, heard: (beat: Uint8Array) => void): BeatSubscriber;
}

/**
 * The result of a plain TCP connect: no process listens on the port, a process does, or neither can be told (the host
 * does not answer, or its name does not resolve).
 */
export type Probe = 'refused' | 'accepting' | 'unknown';

/** The connection of a broker to the heartbeat of its peer. */
export interface PeerHeartbeat {
  close(): Promise<unknown>;
}

export interface BrokerSockets {
  /** The broker's side for publishers. A new publisher receives the subscriptions that `isLast` selects last. */
  openXSubscriber(isLast: (prefix: string) => boolean, events: SubscriberEvents): Subscriber;
  /**
   * The broker's side for subscribers.
   *
   * @param refusalOf why a peer may not subscribe to a prefix
   */
  openXPublisher(events: XPublisherEvents, refusalOf?: XPublisherOptions['refusalOf']): XPublisher;
  /**
   * The socket on which a broker publishes its beats: to the other broker, and to participants that request its status.
   *
   * @param dropped a beat was lost for a listener, or a listener did something that none does
   */
  openHeartbeat(dropped: (cause: string) => void): BeatPublisher;
  /** @param broken the connection was lost */
  connectHeartbeat(
    peer: BrokerEndpoint,
    heard: (beat: Uint8Array) => void,
    broken: () => void,
    dialled: Dialled,
  ): PeerHeartbeat;
  /** @param closing ends the probe at once */
  probePeer(peer: BrokerEndpoint, closing: AbortSignal): Promise<Probe>;
  /** Reports when no further connection can be accepted. @returns a function that stops the checks */
  watchConnections(platform: Platform, refused: (cause: string) => void): () => void;
}
