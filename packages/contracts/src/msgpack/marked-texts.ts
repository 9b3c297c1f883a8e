import { Decoder } from '@msgpack/msgpack';
import { beginsWithMark, markBytes } from './scan.ts';
import { textKey } from './text-key.ts';

/**
 * Decodes a body with texts that begin with U+FEFF. The library decodes longer texts with the platform's TextDecoder,
 * which takes U+FEFF for a byte order mark and drops it. Here the library returns texts as bytes, and each mark is set
 * apart before its text is decoded. Binary values are bytes as well, so the body is decoded twice. This takes longer, but hardly any body needs it.
 *
 * @throws Error for a key that is not allowed in an object
 */
export function decodeMarked(body: Uint8Array): unknown {
  const options = { mapKeyConverter: textKey, keyDecoder: { canBeCached: () => true, decode: textAt } };
  const texts = new Decoder({ rawStrings: true, ...options }).decode(body);
  return withTexts(texts, new Decoder(options).decode(body));
}

/** Replaces the bytes of texts by texts. Where the library decoded a text, the bytes are a text, and binary elsewhere. */
function withTexts(part: unknown, decoded: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (part instanceof Uint8Array) return typeof decoded === 'string' ? textAt(part, 0, part.length) : part;
  const [named, known] = [part as Record<string, unknown>, decoded as Readonly<Record<string, unknown>>];
  for (const key of Object.keys(named)) named[key] = withTexts(named[key], known[key]);
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
