import { Decoder, Encoder } from '@msgpack/msgpack';
import { frameBytesMax, nestingMax, partsMax } from './limits.ts';
import { Batch } from './messages.ts';
import { isWholeValue } from './whole-value.ts';

/** One body on the wire, taken apart; its messages are still in wire order and unchecked. */
export interface OpenBatch {
  readonly sender: string;
  /** The lowest seq of the sender's own requests that is not settled yet. */
  readonly settledBelow: number;
  readonly messages: readonly unknown[];
}

/** Why a body was refused: its bytes are no MessagePack, or no batch. */
export type BodyFault = 'not-messagepack' | 'not-a-batch';

export interface Codec {
  /**
   * @returns bytes of their own: ZeroMQ sends them without a copy, so nothing may ever write to them again
   * @throws Error when a value is none for the wire; checking.ts refuses such values before they get here
   */
  encode(sender: string, settledBelow: number, messages: readonly unknown[]): Uint8Array;
  decode(body: Uint8Array): OpenBatch | BodyFault;
  /** Whether a body that `encode` made is small enough to be sent: in bytes, and in parts. */
  fits(body: Uint8Array): boolean;
}

/** A codec keeps an Encoder and a Decoder, which are cheaper than new ones: one for each bus. */
export function createCodec(): Codec {
  const encoder = newEncoder();
  const decoder = new Decoder();
  return {
    encode: (sender, settledBelow, messages) => encoder.encode([sender, settledBelow, messages]),
    decode(body) {
      const value = decodeWith(decoder, body);
      if (value === undefined) return 'not-messagepack';
      // What a later version appends is not looked at: copying a megabyte of it took most of the time.
      const batch = Batch.safeParse(Array.isArray(value) ? value.slice(0, batchFields) : value);
      if (!batch.success) return 'not-a-batch';
      const [sender, settledBelow, messages] = batch.data;
      return { sender, settledBelow, messages };
    },
    // A part takes a byte at least: what is short need not be looked at.
    fits: (body) => body.length <= frameBytesMax && (body.length <= partsMax || isWholeValue(body)),
  };
}

/** Any other value for the wire: a broker's beat. */
export function encodeValue(value: unknown): Uint8Array {
  return newEncoder().encode(value);
}

/** @returns undefined when the bytes are no MessagePack */
export function decodeValue(body: Uint8Array): unknown {
  return decodeWith(new Decoder(), body);
}

/** As many fields as a batch has here. */
const batchFields = 3;

/** A property that is undefined counts as absent; as nil it would not fit its schema where it arrives. */
function newEncoder(): Encoder {
  return new Encoder({ ignoreUndefined: true, maxDepth: nestingMax });
}

function decodeWith(decoder: Decoder, body: Uint8Array): unknown {
  if (!isWholeValue(body)) return undefined;
  try {
    return decoder.decode(body);
  } catch {
    // A whole value with a key that no object may have: `__proto__`, or one that is no string.
    return undefined;
  }
}
