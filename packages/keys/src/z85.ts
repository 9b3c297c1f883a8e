/*
 * Z85 (ZeroMQ RFC 32): four bytes as five characters. A key of 32 bytes has 40. No library of npm that is maintained
 * offers it.
 */

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const digits = new Map(alphabet.split('').map((character, digit) => [character, digit]));
const base = 85;

/** @throws RangeError when the number of bytes is not a multiple of four */
export function z85(bytes: Uint8Array): string {
  if (bytes.length % 4 !== 0) throw new RangeError(`${bytes.length} bytes are not a multiple of four`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    let rest = view.getUint32(at);
    let group = '';
    for (let digit = 0; digit < 5; digit += 1) {
      group = alphabet.charAt(rest % base) + group;
      rest = Math.floor(rest / base);
    }
    text += group;
  }
  return text;
}

/** @returns undefined for a text that is not Z85 */
export function bytesOfZ85(text: string): Uint8Array | undefined {
  if (text.length % 5 !== 0) return undefined;
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let group = 0; group * 5 < text.length; group += 1) {
    let value = 0;
    for (const character of text.slice(group * 5, group * 5 + 5)) {
      const digit = digits.get(character);
      if (digit === undefined) return undefined;
      value = value * base + digit;
    }
    if (value > 0xff_ff_ff_ff) return undefined;
    view.setUint32(group * 4, value);
  }
  return bytes;
}

/** The number of characters of a public or secret key. */
export const keyLength = 40;

/** Whether a text is a key of CURVE in Z85. */
export function isKey(text: string): boolean {
  return text.length === keyLength && bytesOfZ85(text) !== undefined;
}
