/**
 * What carries a participant's messages: the seam between the driver and ZeroMQ. The driver needs no more than this, so
 * a simulated network can stand in for the sockets.
 */
export interface Link {
  /** Never waits and never fails: what cannot be sent is lost, and rule 2 of the protocol asks again. */
  publish(topic: string, body: Uint8Array): void;
  /** By prefix, as ZeroMQ matches. */
  subscribe(prefix: string): void;
  unsubscribe(prefix: string): void;
  /** What was published before is handed to the brokers that are linked; what cannot be is dropped. */
  close(): Promise<void>;
}

export interface LinkEvents {
  message(topic: string, body: Uint8Array): void;
  /** A broker forwarded a subscription to this publisher, or the last broker that had withdrew it. */
  subscription(topic: string, subscribed: boolean): void;
  /** A link on which messages are heard was made again. */
  reconnected(): void;
  /** Something arrived that is no message of this protocol. */
  dropped(cause: string): void;
}

/** What a participant does, which decides on how many connections it hears. */
export interface Duty {
  readonly asks: boolean;
  /** It takes requests: who sends them has to learn soon that it hangs, and not be misled by a handler that computes. */
  readonly serves: boolean;
}

export type OpenLink = (events: LinkEvents, duty: Duty) => Link;

/** Time, chance and turns: what the driver takes from its surroundings, and a simulation replaces. */
export interface Platform {
  /** A monotonic clock, in milliseconds with fractions. */
  nowMs(): number;
  /** Numbers in [0, 1). */
  random(): number;
  /** Runs once, `delayMs` from now; returns what cancels it. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs at the end of this turn at the latest: what is published until then shares a batch. */
  soon(run: () => void): void;
  /** Runs once everything that had arrived is taken in. */
  afterTurn(run: () => void): void;
}
