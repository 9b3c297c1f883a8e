import { Decoder, Encoder } from '@msgpack/msgpack';
import { bodyBytesMax, nestingMax, partsMax } from '../messages/limits.ts';
import { batchLayout } from '../messages/messages.ts';
import { decodeMarked } from './marked-texts.ts';
import { withOwnMemory } from './own-memory.ts';
import { scanAccepts, scan } from './scan.ts';
import { textKey } from './text-key.ts';

/** One decoded body. Its messages are still in wire order and unchecked. */
export interface OpenBatch {
  readonly sender: string;
  /** The lowest seq of the sender's own requests that is not settled yet, but for its stragglers. */
  readonly settledBelow: number;
  /** Seqs below it that are not settled either. */
  readonly stragglers?: readonly number[];
  /** The bytes of the body, if it came in chunks. */
  readonly bytes?: number;
  readonly messages: readonly unknown[];
}

/** Why a body was refused: its bytes are not MessagePack, or the value is not a batch. */
export type BodyFault = 'not-messagepack' | 'not-a-batch';

export interface Codec {
  /**
   * @returns bytes that nothing may write to again: ZeroMQ sends them without a copy
   * @throws Error when a value cannot be encoded; values/hand-over.ts refuses such values before they get here
   */
  encode(
    sender: string,
    settledBelow: number,
    messages: readonly unknown[],
    stragglers?: readonly number[],
  ): Uint8Array;
  /** @returns a batch that shares no memory with the body */
  decode(body: Uint8Array): OpenBatch | BodyFault;
  /** Whether a body that `encode` wrote is small enough to be sent, in bytes and in parts. */
  fits(body: Uint8Array): boolean;
}

/** Creates a codec. It keeps an Encoder and a Decoder, because new ones cost more. Create one codec for each bus. */
export function createCodec(): Codec {
  const encoder = newEncoder();
  const decoder = newDecoder();
  return {
    encode: (sender, settledBelow, messages, stragglers) =>
      encoder.encode(
        stragglers === undefined ? [sender, settledBelow, messages] : [sender, settledBelow, messages, stragglers],
      ),
    decode(body) {
      const value = decodeWith(decoder, body);
      if (value === undefined) return 'not-messagepack';
      return (batchLayout.read(value) as OpenBatch | undefined) ?? 'not-a-batch';
    },
    // A part takes at least one byte, so a short body needs no scan.
    fits: (body) => body.length <= bodyBytesMax && (body.length <= partsMax || scanAccepts(body)),
  };
}

/** Encodes any other value for the wire, such as a broker's heartbeat. The Encoder is kept, because a new one costs more. */
export function encodeValue(value: unknown): Uint8Array {
  valueEncoder ??= newEncoder();
  return valueEncoder.encode(value);
}

let valueEncoder: Encoder | undefined;

/** Like `encodeValue`. @returns bytes that the next call overwrites */
export function encodeShared(value: unknown): Uint8Array {
  sharedEncoder ??= newEncoder();
  return sharedEncoder.encodeSharedRef(value);
}

let sharedEncoder: Encoder | undefined;

/** @returns undefined when the bytes are not MessagePack */
export function decodeValue(body: Uint8Array): unknown {
  return decodeWith(newDecoder(), body);
}

/** Binary values in it are views of the body. @returns undefined when the bytes are not MessagePack */
export function decodeWithViews(body: Uint8Array): unknown {
  return decodeWith(newDecoder(), body, (value) => value);
}

/** Treats a property that is undefined as absent. As nil, it would not fit its schema on arrival. */
function newEncoder(): Encoder {
  return new Encoder({ ignoreUndefined: true, maxDepth: nestingMax });
}

function newDecoder(): Decoder {
  return new Decoder({ mapKeyConverter: textKey });
}

function decodeWith(decoder: Decoder, body: Uint8Array, own = withOwnMemory): unknown {
  const found = scan(body);
  if (found === 'refused') return undefined;
  try {
    if (found === 'accepted') return decoder.decode(body);
    return own(found === 'accepted-with-binaries' ? decoder.decode(body) : decodeMarked(body));
  } catch {
    // The bytes are one value, but an object has a key that is not allowed: `__proto__`, or a key that is not a string.
    return undefined;
  }
}
