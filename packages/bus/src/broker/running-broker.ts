/** A broker that runs. */
export interface RunningBroker {
  readonly address: string;
  /** Hands over to the other broker if it was active, at most a second long, then closes. */
  drain(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
}
