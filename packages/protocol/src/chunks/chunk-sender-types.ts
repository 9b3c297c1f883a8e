/* Large messages, and what the sender of their chunks takes and gives. */

/** A message that is too large for a batch with others. */
export interface LargeMessage {
  readonly kind: 'request' | 'answer';
  /** Without an address. */
  readonly topic: string;
  readonly to: string;
  readonly seq: number;
  /** In wire order. */
  readonly message: readonly unknown[];
  /** An upper bound of its size, in bytes. */
  readonly bytes: number;
}

/** The next chunk, or the next message that fits one chunk. */
export type Leaving =
  | { readonly type: 'whole'; readonly topic: string; readonly to: string; readonly body: Uint8Array }
  | {
      readonly type: 'chunk';
      readonly topic: string;
      readonly to: string;
      readonly body: number;
      readonly index: number;
      readonly count: number;
      readonly bytes: Uint8Array;
    };

export interface ChunkSender {
  add(message: LargeMessage, nowMs: number): void;
  /** Something may leave. */
  isReady(): boolean;
  /** @returns undefined when nothing may leave */
  next(nowMs: number): Leaving | undefined;
  /**
   * A peer has confirmed a chunk.
   *
   * @param chunks the index of the chunk plus one
   * @param isDropped the peer has not joined the body so far, and does not join the rest
   * @returns whether the body was in flight
   */
  confirmed(by: string, body: number, chunks: number, isDropped: boolean, nowMs: number): boolean;
  /** Nobody needs the request any more. */
  withdrawRequest(seq: number): void;
  /** The peer does not need the answer any more. */
  withdrawAnswer(to: string, seq: number): void;
  /** The peer has ended. */
  forget(peer: string): void;
  /** Brokers came or went. Without a broker, nothing leaves. */
  brokersChanged(held: number, nowMs: number): void;
  tick(nowMs: number): void;
  deadlineMs(): number | undefined;
  /** A request is on its way to a server that confirms chunks. */
  isSending(to: string, seq: number, nowMs: number): boolean;
  /** The seqs of the answers that are on their way to a peer. */
  answersTo(peer: string): readonly number[];
  /** How many messages are on their way. */
  size(): number;
}

export interface ChunkSenderConfig {
  /** Encodes a body with this one message when its first chunk is to leave; undefined when it is too large. */
  readonly encode: (message: LargeMessage) => Uint8Array | undefined;
  /** Called for each message that is lost. */
  readonly lost: (message: LargeMessage) => void;
  readonly unconfirmedMax?: number;
  readonly waitingMax?: number;
}

export interface Entry extends LargeMessage {
  readonly key: string;
  encoded: Uint8Array | undefined;
  /** How often its body was dropped. */
  drops: number;
}

/** A body with chunks that were sent and are not confirmed. */
export interface Begun {
  readonly entry: Entry;
  readonly body: number;
  readonly count: number;
  readonly encoded: Uint8Array;
  /** The index of its next chunk. */
  next: number;
  confirmed: number;
  /** No further chunk leaves: the message is withdrawn, or its body begins anew. */
  isOver: boolean;
}

export interface Peer {
  readonly address: string;
  readonly entries: Map<string, Entry>;
  readonly waiting: Entry[];
  /** Only the last one may have chunks that have not left. */
  readonly begun: Begun[];
  /** In chunks. */
  unconfirmed: number;
  /** When it last confirmed something, or when the first chunk left since then. */
  heardMs: number;
  queryDueMs: number;
  queryEveryMs: number;
  isQueryDue: boolean;
}
