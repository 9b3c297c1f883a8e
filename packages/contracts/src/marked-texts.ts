import { Decoder } from '@msgpack/msgpack';
import { beginsWithMark, markBytes } from './whole-value.ts';

/**
 * Decodes a body with texts that begin with U+FEFF. The library decodes a longer text with the platform's TextDecoder, which takes
 * that character for a byte order mark and leaves it off. Here the texts come as bytes, and the marks are set apart before each of
 * them is decoded. It takes longer, and hardly any body needs it.
 *
 * @throws Error for a key that no object may have
 */
export function decodeMarked(body: Uint8Array): unknown {
  const decoder = new Decoder({ rawStrings: true, keyDecoder: { canBeCached: () => true, decode: textAt } });
  return withTexts(decoder.decode(body));
}

/** Texts in the place of their bytes. There are no other bytes: whole values hold none. */
function withTexts(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (part instanceof Uint8Array) return textAt(part, 0, part.length);
  const named = part as Record<string, unknown>;
  for (const key of Object.keys(named)) named[key] = withTexts(named[key]);
  return part;
}

const decoder = new Decoder();
/** A text's head in MessagePack: its kind, and a length of four bytes. */
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
