import { Decoder } from '@msgpack/msgpack';
import { beginsWithMark, markBytes } from './scan.ts';
import { textKey } from './text-key.ts';

/**
 * Decodes a body with texts that begin with U+FEFF. The library decodes longer texts with the platform's TextDecoder,
 * which takes U+FEFF for a byte order mark and drops it. Here the library returns texts as bytes, and each mark is set
 * apart before its text is decoded. This takes longer, but hardly any body needs it.
 *
 * @throws Error for a key that is not allowed in an object
 */
export function decodeMarked(body: Uint8Array): unknown {
  const keyDecoder = { canBeCached: () => true, decode: textAt };
  const decoder = new Decoder({ rawStrings: true, mapKeyConverter: textKey, keyDecoder });
  return withTexts(decoder.decode(body));
}

/** Replaces the bytes of texts by texts. There are no other bytes: the scan refuses binary values. */
function withTexts(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (part instanceof Uint8Array) return textAt(part, 0, part.length);
  const named = part as Record<string, unknown>;
  for (const key of Object.keys(named)) named[key] = withTexts(named[key]);
  return part;
}

const decoder = new Decoder();
/** The head of a text in MessagePack: its kind, and a length of four bytes. */
const headBytes = 5;

function textAt(bytes: Uint8Array, offset: number, length: number): string {
  const end = offset + length;
  let at = offset;
  while (at + markBytes <= end && beginsWithMark(bytes, at)) at += markBytes;
  const rest = new Uint8Array(headBytes + end - at);
  rest[0] = 0xdb;
  new DataView(rest.buffer).setUint32(1, end - at);
  rest.set(bytes.subarray(at, end), headBytes);
  return '\uFEFF'.repeat((at - offset) / markBytes) + (decoder.decode(rest) as string);
}
