import type { Role } from '@cateto/contracts';

/**
 * Carries the messages of a participant: the seam between the driver and ZeroMQ. The driver needs nothing more, so a
 * simulated network can replace the sockets.
 */
export interface Link {
  /**
   * Never waits and never throws. A message that cannot be sent is lost, and the request is resent (rule 2 of the
   * protocol).
   *
   * @param body copied at once if it has less than 48 KiB (`copiedBelowBytes`). A chunk has less, and its memory is reused
   */
  publish(topic: string, body: Uint8Array): void;
  /** Subscribes to a prefix, as in ZeroMQ. */
  subscribe(prefix: string): void;
  unsubscribe(prefix: string): void;
  /**
   * The number of published bytes that wait for the slowest broker; while two brokers are active, for the faster one,
   * because the other one may hang. While more than sixteen of the largest frames wait,
   * further messages are lost. So a sender of large messages waits for `drained` before that.
   */
  unsentBytes(): number;
  /** Hands earlier messages to the connected brokers, and drops those that it cannot. */
  close(): Promise<void>;
}

export interface LinkEvents {
  message(topic: string, body: Uint8Array): void;
  /** A broker forwarded a subscription to this publisher, or the last broker that had forwarded it has withdrawn it. */
  subscription(topic: string, subscribed: boolean): void;
  /** An inbound connection was established again. */
  reconnected(): void;
  /** Something arrived that is not a message of this protocol. */
  dropped(cause: string): void;
  /** Fewer bytes may wait than before (`unsentBytes`): a broker has taken all, or its connection is lost. */
  drained?(): void;
  /**
   * A broker was dialled.
   *
   * @param broker its host and port
   * @param fault why it was not reached; undefined when it was
   * @param keysDiffer the keys of both sides are the cause
   */
  dialled?(broker: string, fault: string | undefined, keysDiffer?: boolean): void;
  /**
   * An established connection to a broker was lost.
   *
   * @param broker its host and port
   */
  broken?(broker: string, cause: string): void;
}

/** The participant's task, which determines its inbound connections. */
export interface Duty {
  readonly asks: boolean;
  /**
   * The participant takes requests. Requesters have to learn soon that it hangs, and must not think so while a handler
   * computes.
   */
  readonly serves: boolean;
  /**
   * The roles of which its key needs one. A broker refuses other keys when the participant connects, so that it is told
   * why it can do nothing.
   */
  readonly roles?: readonly Role[];
}

export interface OpenLink {
  (events: LinkEvents, duty: Duty): Link;
  /** With these characters begin the addresses of participants that use the link. */
  readonly addressPrefix?: string;
}

/**
 * The environment of the driver: time, randomness, turns of the event loop and the name of the process. A simulation
 * replaces it.
 */
export interface Platform {
  /** Names the process for people: its host, and its number there. */
  readonly process: { readonly host: string; readonly pid: number };
  /** A monotonic clock, in milliseconds with fractions. */
  nowMs(): number;
  /** The clock of the host, in milliseconds since 1970. It may be set at any time, so no decision depends on it. */
  wallMs(): number;
  /** Numbers in [0, 1). */
  random(): number;
  /** Runs once, `delayMs` from now. Returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs at the end of this turn at the latest. Messages published until then share a batch. */
  soon(run: () => void): void;
  /** Runs when everything that had arrived has been processed. */
  afterTurn(run: () => void): void;
}
