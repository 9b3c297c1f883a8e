/* Base64 (RFC 4648, section 4), the form of bytes in JSON. The platform's own functions belong to Node or browsers. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const valueOf = new Map(Array.from({ length: alphabet.length }, (_, value) => [alphabet.charCodeAt(value), value]));
const padding = '=';
/** Letters that are joined at once: a text of a megabyte is not made letter by letter. */
const chunkBytes = 3 * 4_096;

export function base64Of(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(encoded(bytes, at, at + chunkBytes));
  return chunks.join('');
}

function encoded(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  const end = Math.min(to, bytes.length);
  for (let at = from; at < end; at += 3) {
    const left = end - at;
    const three = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += letter(three, 18) + letter(three, 12);
    text += left > 1 ? letter(three, 6) : padding;
    text += left > 2 ? letter(three, 0) : padding;
  }
  return text;
}

function letter(three: number, shift: number): string {
  return alphabet[(three >> shift) & 0x3f] ?? '';
}

/** @returns undefined for a text that is not the base64 of any bytes: other letters, padding that is missing, bits left over */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padded = text.endsWith('==') ? 2 : text.endsWith(padding) ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padded);
  const letters = text.length - padded;
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < letters; index += 1) {
    const value = valueOf.get(text.charCodeAt(index));
    if (value === undefined) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (held >> bits) & 0xff;
    at += 1;
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
