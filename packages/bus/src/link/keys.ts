/*
 * The keys of a process, as the programs read them from files. All keys are texts of 40 characters in Z85. A process with
 * keys refuses peers without, and the other way round.
 */

export interface KeyPair {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** The keys of a client, a server or an observer. */
export interface ParticipantKeys {
  readonly keyPair: KeyPair;
  /** The public keys of the brokers, in the order of the brokers. */
  readonly brokers: readonly string[];
  /**
   * The public keys of the brokers as they are now. The link asks at each attempt to connect, so that a broker can get
   * another key.
   *
   * @throws Error when they cannot be read; the link then keeps the keys that it has
   */
  readonly brokersNow?: (() => readonly string[]) | undefined;
}

/** The rights of one connection to a broker. The broker asks before it acts. */
export interface ConnectionRights {
  /** @returns why the message is dropped; undefined when it is forwarded */
  publish(topic: string): string | undefined;
  /**
   * @param prefix a whole topic, or the beginning of topics
   * @param held how many subscriptions the connection has
   * @returns why the subscription is refused; undefined when it is accepted
   */
  subscribe(prefix: string, held: number): string | undefined;
  /** The broker itself refused a message or a subscription. The rights then report every refusal. */
  refused?(why: string): void;
  /** The connection is gone. */
  closed?(): void;
}

export type BrokerPort = 'publish' | 'subscribe' | 'heartbeat';

/** The keys of a broker, and its decisions about those of others. */
export interface BrokerKeys extends ParticipantKeys {
  /**
   * Decides about a peer that has proven that it owns a public key.
   *
   * Asked again about every open connection by `recheckKeys` of the running broker, which cuts off those that are refused.
   *
   * @param roles the roles of which the peer says that its key needs one; undefined when it does not say
   * @returns why it is refused, in few words, which it is told; undefined when it may connect
   */
  authorize(publicKey: string, port: BrokerPort, roles?: readonly string[]): string | undefined;
  /** The rights of a connection of this key, asked once for each connection. Without this method, all are allowed. */
  rightsOf?(publicKey: string, port: BrokerPort): ConnectionRights;
}
