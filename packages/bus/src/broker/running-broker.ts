/** A running broker. */
export interface RunningBroker {
  readonly address: string;
  /** If the broker is active, hands over to the other broker, for at most a second; then closes. */
  drain(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
}
