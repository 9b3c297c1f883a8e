/** The other side of a connection after the handshake. */
export interface Peer {
  /** The public key that it has proven to have; undefined when the mechanism has no keys. */
  readonly publicKey: Uint8Array | undefined;
  /**
   * Sends a message of one frame or two, together with the other messages of this turn. A frame of less than
   * `copiedBelowBytes` is copied at once.
   *
   * @returns false when the message is lost because too many bytes wait for this peer
   */
  send(first: Uint8Array | string, second?: Uint8Array): boolean;
  /**
   * Sends a subscription or its end. If it would be lost, the peer is cut off: otherwise its table would stay wrong.
   */
  subscription(prefix: string, subscribed: boolean): void;
  flush(): void;
  /** How many bytes wait for it. */
  waiting(): number;
  /**
   * The peer sent something that no participant sends. It is cut off when it has done so a few times: to read such
   * frames takes longer than to send them, and without this two peers kept a broker from its beats.
   */
  misused(): void;
  /** Closes the connection at once. */
  destroy(): void;
}

export interface PeerEvents {
  ready(peer: Peer): void;
  /** A whole message: its first two frames, and the number of its frames. */
  message(peer: Peer, first: Uint8Array, second: Uint8Array | undefined, frames: number): void;
  /**
   * The peer subscribes or unsubscribes. `prefix` is cut to `prefixBytesMax` characters; `bytes` is its full length.
   */
  subscription(peer: Peer, prefix: string, subscribed: boolean, bytes: number): void;
  /**
   * Called only after `ready`.
   *
   * @param ended the peer's process ended: it closed the connection while bytes passed both ways. If false, the close
   * may also come from a cut link, a standstill of either side, or this side's own decision.
   */
  closed(peer: Peer, ended: boolean): void;
}
