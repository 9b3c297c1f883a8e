import type { Heartbeat } from './liveness.ts';
import type { Mechanism, Refusal } from './mechanism.ts';
import type { SocketType } from './metadata.ts';
import type { StreamUser } from './network.ts';
import type { Peer } from './peer.ts';
import type { PeerBoundsOptions } from './peer-bounds.ts';
import type { RoundTrip, RoundTripMs } from './round-trip.ts';

export interface ConnectionOptions extends PeerBoundsOptions {
  readonly type: SocketType;
  readonly mechanism: Mechanism;
  /** The largest frame, without the bytes that the mechanism adds. */
  readonly frameBytesMax: number;
  /** How many bytes may wait for a peer; further messages are lost. */
  readonly unsentBytesMax: number;
  /** Longer prefixes are cut to this length. */
  readonly prefixBytesMax: number;
  readonly heartbeat: Heartbeat;
  /** A connection whose handshake takes longer is given up. */
  readonly handshakeMs: number;
  /** This peer has bytes to flush before the turn ends. */
  readonly onDirty: (peer: Peer) => void;
  /** Why the peer was cut off. */
  readonly onFault: (what: string) => void;
  /** The two sides do not shake hands; unless given, this is a fault. */
  readonly onRefused?: ((refusal: Refusal, what: string) => void) | undefined;
  /** The kernel has taken everything that was written, after bytes had to wait, or the connection is over. */
  readonly onDrained?: (() => void) | undefined;
  /** The round trips of an earlier connection to the same peer, to which those of this one are added. */
  readonly roundTrip?: RoundTrip | undefined;
  /** A PING was answered. */
  readonly onRoundTrip?: ((took: RoundTripMs) => void) | undefined;
}

/** One connection: bytes and time go in, bytes go out to the stream, and events to the socket. */
export interface Connection extends StreamUser {
  /**
   * One tick has passed, however late it runs. So a standstill of this process does not count as silence of the peer.
   */
  tick(nowMs: number): void;
  readonly isReady: () => boolean;
  /** Why this side gave the peer up; undefined when it did not. */
  readonly whyGivenUp: () => string | undefined;
  /** Bytes that wait for the peer. */
  readonly waiting: () => number;
  /** Cuts off a peer whose key is not accepted any more. */
  recheck(refusalOf: (publicKey: Uint8Array) => string | undefined): void;
  /** Sends what waits, then ends. */
  end(): void;
}
