/*
 * The environment of a socket: streams of bytes between hosts, and time. `node/network.ts` offers TCP. Another network
 * may offer streams in virtual time.
 */

/** A connected stream of bytes, as TCP offers it. All functions do nothing once it has closed. */
export interface Stream {
  /** The address of the other host, where the network knows it. */
  readonly host?: string | undefined;
  /** @param bytes must stay unchanged unless nothing waits afterwards (`waiting`) */
  write(bytes: Uint8Array): void;
  /** How many written bytes the kernel has not taken. */
  waiting(): number;
  /** Whether too many bytes wait, so that no more should be written before `drained`. */
  isFull(): boolean;
  isWritable(): boolean;
  /** Sends what was written, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  /** Closes at once. The peer gets a reset, and nothing that the kernel still holds. */
  reset(): void;
  /** The kernel closes the stream when the peer's kernel is silent. Nothing is sent before this time of silence. */
  keepAlive(idleMs: number): void;
}

/** The owner of a stream. It is called in a turn of its own event loop. */
export interface StreamUser {
  /** Bytes arrived. Their memory is reused when the call has returned, so the receiver copies what it keeps. */
  heard(bytes: Uint8Array, nowMs: number): void;
  /** Nothing waits any more after the stream was full. */
  drained(): void;
  /**
   * The last event of the stream.
   *
   * @param byPeer the other side closed or reset the stream, or its process ended
   */
  closed(byPeer: boolean, nowMs: number): void;
}

/** Takes a stream that has just been connected. */
export type TakeStream = (stream: Stream) => StreamUser;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** An attempt to connect, and the stream that it may lead to. */
export interface Attempt {
  /** Gives the attempt up; `over` follows. Does nothing when the stream is connected. */
  abort(): void;
}

export interface Listening {
  /** Accepts nothing more. Streams that were accepted go on. Resolves when the port is free. */
  close(): Promise<void>;
}

export interface Network {
  /** A monotonic clock in milliseconds. */
  nowMs(): number;
  /** Numbers in [0, 1). */
  random(): number;
  /** @returns a function that cancels it */
  after(delayMs: number, run: () => void): () => void;
  /** Runs at each tick; after a standstill of the process once, not once for each missed tick. @returns a stop */
  everyTick(tickMs: number, run: () => void): () => void;
  /**
   * Connects once.
   *
   * @param timeoutMs the attempt fails after this time without an answer
   * @param over the attempt has failed, for this reason if the network knows it, or the stream has closed, and its user
   *   knows
   */
  connect(to: Endpoint, timeoutMs: number, opened: TakeStream, over: (fault?: string) => void): Attempt;
  /**
   * Accepts streams.
   *
   * @param fault a stream could not be accepted
   * @throws Error when the port cannot be bound
   */
  listen(at: Endpoint, opened: TakeStream, fault: (what: string) => void): Promise<Listening>;
}
