import { limits } from '@cateto/contracts';
import type { ConnectionsOptions, XPublisherOptions } from '@cateto/zmtp';

/*
 * Bounds for peers without a key (ADR 57): bounds for each peer, and bounds over all of them, which end the peer that
 * has most. They are far above what any participant needs.
 */

type Bounds = Pick<
  ConnectionsOptions,
  | 'frameBytesMax'
  | 'unsentBytesMax'
  | 'prefixBytesMax'
  | 'stallMs'
  | 'unsentTotalBytesMax'
  | 'heldTotalBytesMax'
  | 'admission'
  | 'allowance'
>;
type SubscriptionBounds = Pick<XPublisherOptions, 'subscriptionsMax' | 'subscriptionsTotalMax'>;

/** For all sockets. */
export const commonBounds: Bounds = {
  frameBytesMax: limits.frameBytesMax,
  /** Several seconds of 40,000 requests/s, and sixteen of the largest frames. */
  unsentBytesMax: 16 * limits.frameBytesMax,
  /** Longer than any topic, which has at most 64 bytes. */
  prefixBytesMax: 64,
  /** As long as a peer may be silent. A peer that reads a megabyte a second takes all that may wait for it in time. */
  stallMs: 15_000,
  /** For all peers: what eight peers leave that read nothing. */
  unsentTotalBytesMax: 128 * limits.frameBytesMax,
  /** For all peers: 64 of the largest frames that are incomplete. */
  heldTotalBytesMax: 64 * limits.frameBytesMax,
  admission: {
    /** Twice the servers that a requester knows. */
    connectionsMax: 2 * limits.listenersMax,
    /** A handshake takes milliseconds, and 10 kB. */
    handshakesMax: 4_096,
    handshakesOfHostMax: 1_024,
  },
};

/** For the sockets of a broker that participants connect to. */
export const brokerBounds: Bounds = {
  ...commonBounds,
  /** All topics of the largest server, twice. After that, some hundred times the PINGs of a server. */
  allowance: { burst: 20_000, perSecond: 2_000 },
};

/** For the heartbeat port of a broker. The other broker listens to it, and participants that request the status. */
export const beatBounds: Bounds = {
  ...commonBounds,
  frameBytesMax: 1_024,
  /** A late beat is worthless, so a few are enough. */
  unsentBytesMax: 1_024,
  unsentTotalBytesMax: limits.frameBytesMax,
  heldTotalBytesMax: limits.frameBytesMax,
  /** One subscription, its end, and PINGs. */
  allowance: { burst: 100, perSecond: 50 },
  admission: { connectionsMax: 1_000, handshakesMax: 256, handshakesOfHostMax: 128 },
};

/** A broker's subscriptions at a participant: its request topics and its prefixes have at most 40,000 entries each. */
export const brokerSubscriptions: SubscriptionBounds = { subscriptionsMax: 100_000, subscriptionsTotalMax: 200_000 };

/**
 * The subscriptions of participants at a broker. A server subscribes to a topic for each operation and lane. All of them
 * are more than twice what a broker forwards.
 */
export const participantSubscriptions: SubscriptionBounds = {
  subscriptionsMax: 10_000,
  subscriptionsTotalMax: 100_000,
};
