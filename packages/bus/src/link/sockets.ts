import type { BrokerEndpoint } from '@cateto/contracts';
import type {
  BeatPublisher,
  BeatPublisherEvents,
  BeatSubscriber,
  RoundTripMs,
  Subscriber,
  SubscriberEvents,
  XPublisher,
  XPublisherEvents,
  XPublisherOptions,
} from '@cateto/zmtp';
import type { Platform } from './link.ts';
import type { Signal } from './web.ts';

/*
 * The sockets that a link opens. `zeromq/sockets.ts` opens the real ones. The simulation opens the same ones on its own
 * network, with models of the two kinds that are libzmq's.
 */

/** The events of a connection for requests. libzmq does not tell which peer sent a message. */
export interface RequestEvents {
  message(topic: string, body: Uint8Array): void;
  /** A connection was established, the first or a later one. */
  connected(): void;
  dropped(cause: string): void;
}

/** A connection on which requests arrive. */
export interface RequestSubscriber extends Pick<Subscriber, 'subscribe' | 'unsubscribe' | 'close'> {
  /** A round trip to a broker was measured on another connection. */
  roundTrip?(broker: BrokerEndpoint, took: RoundTripMs): void;
}

/**
 * @param broker the host and port that were dialled
 * @param fault why it was not reached; undefined when it was
 * @param keysDiffer the keys of both sides are the cause
 */
export type Dialled = (broker: string, fault: string | undefined, keysDiffer?: boolean) => void;

/** The reports that a participant gets about its established connections. */
export interface LinkWatch {
  /** @param broker the host and port that were dialled @param cause why the connection is lost */
  broken(broker: string, cause: string): void;
  /** The last few round trips on the connection to which it publishes. */
  roundTrip(broker: BrokerEndpoint, took: RoundTripMs): void;
}

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
    watch?: LinkWatch,
  ): XPublisher;
  /**
   * The connection on which a participant receives answers from every broker. An observer receives everything on it. It
   * reports keys that differ. Other faults also hit the outbound connection, which reports them.
   */
  connectSubscriber(
    brokers: readonly BrokerEndpoint[],
    events: SubscriberEvents,
    dialled?: Dialled,
    watch?: Pick<LinkWatch, 'broken'>,
  ): Subscriber;
  /** The connection on which a server receives requests from every broker. It reports the same faults. */
  connectRequests(
    brokers: readonly BrokerEndpoint[],
    events: RequestEvents,
    dialled?: Dialled,
    watch?: Pick<LinkWatch, 'broken'>,
  ): RequestSubscriber;
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
   */
  openHeartbeat(events: BeatPublisherEvents): BeatPublisher;
  /** @param broken the connection was lost */
  connectHeartbeat(
    peer: BrokerEndpoint,
    heard: (beat: Uint8Array) => void,
    broken: () => void,
    dialled: Dialled,
  ): PeerHeartbeat;
  /** @param closing ends the probe at once */
  probePeer(peer: BrokerEndpoint, closing: Signal): Promise<Probe>;
  /** Reports when no further connection can be accepted. @returns a function that stops the checks */
  watchConnections(platform: Platform, refused: (cause: string) => void): () => void;
}
