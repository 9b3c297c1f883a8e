import type { AdmissionLimits } from './admission.ts';
import type { ConnectionOptions } from './connection.ts';
import type { Mechanism, Refusal } from './mechanism.ts';
import type { Endpoint } from './network.ts';
import type { RoundTripMs } from './round-trip.ts';

export interface Reconnecting {
  readonly intervalMs: number;
  /** The wait doubles with each failed attempt, up to this. */
  readonly intervalMaxMs: number;
  /** An attempt without an answer is given up after this time and made again. */
  readonly connectTimeoutMs: number;
  /**
   * A handshake that takes longer is given up, and the next attempt has twice the time, up to the time for peers that
   * dial: several round trips of a far link take longer than an attempt on a near one should. Unless given, the time
   * for peers that dial.
   */
  readonly handshakeMs?: number;
  /** The wait after a handshake that the keys of both sides prevent; unless given, the same as after any attempt. */
  readonly refusedMs?: number;
}

/** The options in which the connections of a socket differ. */
type OfConnection = 'onDirty' | 'onWaiting' | 'onHeld' | 'onRefused' | 'roundTrip' | 'onRoundTrip';

export type ConnectionsOptions = Omit<ConnectionOptions, OfConnection> & {
  /** How many bytes may wait for all peers together. */
  readonly unsentTotalBytesMax: number;
  /** How many bytes of incomplete messages may be held for all peers together. */
  readonly heldTotalBytesMax: number;
  readonly admission: AdmissionLimits;
  readonly reconnecting: Reconnecting;
  /**
   * A dialled connection was established, or an attempt failed.
   *
   * @param fault why the attempt failed; undefined when the connection was established
   * @param refusal the attempt failed because of the keys of both sides. Without this function, `onFault` is told.
   */
  readonly onDialled?: ((to: Endpoint, fault: string | undefined, refusal?: Refusal) => void) | undefined;
  /** A dialled connection that was established is lost. */
  readonly onBroken?: ((to: Endpoint, why: string) => void) | undefined;
  /** A PING on a dialled connection was answered. */
  readonly onRoundTrip?: ((to: Endpoint, took: RoundTripMs) => void) | undefined;
  /** Runs the flush of this turn. */
  readonly flushSoon: (run: () => void) => void;
};

export interface ConnectionsLoad {
  readonly ready: number;
  readonly unsentBytes: number;
}

export interface Connections {
  /**
   * Connects, and reconnects whenever the connection is lost. A closed socket does nothing.
   *
   * @param mechanism with the key of this host; unless given, that of the socket
   */
  dial(host: string, port: number, mechanism?: Mechanism): void;
  /**
   * Resolves when the port is bound, and also when the socket has been closed meanwhile or before: then nothing is bound.
   *
   * @throws Error when the port cannot be bound
   */
  bind(host: string, port: number): Promise<void>;
  /** Cuts off every peer whose key is not accepted any more. */
  recheck(refusalOf: (publicKey: Uint8Array) => string | undefined): void;
  /** How many connections have completed their handshake, and how many bytes wait in all of them. */
  load(): ConnectionsLoad;
  /** How many bytes wait in the connection in which most wait. `onDrained` says that it may be fewer. */
  unsentBytes(): number;
  /**
   * Sends what waits, for at most `lingerMs`. Resolves when no connection is open and the port is free. A further call
   * waits for the same, and may shorten the time.
   */
  close(lingerMs: number): Promise<void>;
}
