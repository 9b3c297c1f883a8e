import { concat, latin1, latin1Bytes } from './bytes.ts';

/*
 * The security mechanism of a connection, a parameter of its handshake. A mechanism exchanges commands with the other
 * side, whose metadata comes with one of them. After that it may seal every frame. NULL needs one command from each side
 * and seals nothing.
 */

/** The side that was dialled is the server. */
export type Role = 'client' | 'server';

export interface Mechanism {
  /** Its name in the greeting: at most 20 ASCII characters. */
  readonly name: string;
  /** Whether the greeting says which side is the server. Only then do the roles differ. */
  readonly hasServer: boolean;
  /** By how many bytes it makes each frame after the handshake longer. */
  readonly overheadBytes: number;
  /** @param metadata of this side, for the other side */
  begin(role: Role, metadata: Uint8Array): Handshake;
}

/** The handshake of one connection. */
export interface Handshake {
  /** The command with which this side begins; undefined when it waits for the other side. */
  first(): Uint8Array | undefined;
  /** Takes a command of the other side, whose body is the bytes from `start` to `end`. */
  take(bytes: Uint8Array, start: number, end: number): HandshakeStep;
  /** If the other side closes the connection now, it has another key. This text says so. */
  closedByPeer?(): string | undefined;
}

/**
 * Why two sides that speak ZMTP do not shake hands: they have different mechanisms, this side's key is not accepted, or
 * the other side does not have the key that this side expects.
 */
export type Refusal = 'mechanism' | 'key' | 'other-key';

export type HandshakeStep =
  | { readonly type: 'fault'; readonly what: string }
  /** One side does not accept the key of the other. */
  | {
      readonly type: 'refused';
      readonly what: string;
      /** Tells the other side. */
      readonly command?: Uint8Array;
    }
  | { readonly type: 'reply'; readonly command: Uint8Array }
  | {
      readonly type: 'done';
      /** The last command of this side. */
      readonly command?: Uint8Array;
      /** Of the other side. */
      readonly metadata: Uint8Array;
      /** The proven public key of the other side. */
      readonly publicKey?: Uint8Array;
      /** Unless given, frames stay as they are. */
      readonly cipher?: Cipher;
    };

/** Seals the frames of one connection. A sealed frame has no flags of its own. */
export interface Cipher {
  /** @returns the body of the sealed frame */
  seal(flags: number, body: Uint8Array | string): Uint8Array;
  /**
   * Opens the body of a sealed frame, the bytes from `start` to `end`. The opened frame is given to `take`.
   *
   * @returns the fault; `take` is not called then
   */
  open(bytes: Uint8Array, start: number, end: number, take: TakeFrame): string | undefined;
}

export type TakeFrame = (flags: number, bytes: Uint8Array, start: number, end: number) => void;

const readyName = '\x05READY';

/** No security: each side sends its metadata in a READY command. */
export const nullMechanism: Mechanism = {
  name: 'NULL',
  hasServer: false,
  overheadBytes: 0,
  begin: (_role, metadata) => ({
    first: () => concat(latin1Bytes(readyName), metadata),
    take(bytes, start, end) {
      const metadataAt = start + readyName.length;
      if (latin1(bytes, start, Math.min(end, metadataAt)) !== readyName)
        return { type: 'fault', what: 'not a READY command' };
      return { type: 'done', metadata: bytes.subarray(metadataAt, end) };
    },
  }),
};
