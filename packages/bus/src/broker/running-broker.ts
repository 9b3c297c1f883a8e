import type { BrokerMetrics } from '@cateto/contracts';

/** A running broker. */
export interface RunningBroker {
  readonly address: string;
  metrics(): BrokerMetrics;
  /** Why it neither forwards messages nor stands by for the other broker; undefined when it does one of the two. */
  notReady(): string | undefined;
  /** If the broker is active, hands over to the other broker, for at most a second; then closes. */
  drain(): Promise<void>;
  /**
   * Asks again about the key of every connection, and cuts off those that are refused. Does nothing without keys.
   */
  recheckKeys(): void;
  /** Closes at once. */
  close(): Promise<void>;
}
