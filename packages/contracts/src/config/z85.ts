/* Z85 (rfc.zeromq.org/spec/32): four bytes in five characters. People see and store keys in this form. */

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const digits: ReadonlyMap<string, number> = new Map(Array.from(alphabet, (character, index) => [character, index]));
const base = alphabet.length;
const groupBytes = 4;
const groupCharacters = 5;
const byteValues = 256;

/** @throws TypeError unless the number of bytes is a multiple of four */
export function z85Encode(bytes: Uint8Array): string {
  if (bytes.length % groupBytes !== 0)
    throw new TypeError(`${bytes.length} bytes have no form in Z85: give a multiple of 4`);
  let text = '';
  for (let at = 0; at < bytes.length; at += groupBytes) {
    let value = 0;
    for (const byte of bytes.subarray(at, at + groupBytes)) value = value * byteValues + byte;
    let group = '';
    for (let count = 0; count < groupCharacters; count += 1) {
      group = alphabet.charAt(value % base) + group;
      value = Math.floor(value / base);
    }
    text += group;
  }
  return text;
}

/** @returns undefined when the text is not Z85 */
export function z85Decode(text: string): Uint8Array | undefined {
  if (text.length % groupCharacters !== 0) return undefined;
  const bytes = new Uint8Array((text.length / groupCharacters) * groupBytes);
  for (let group = 0; group * groupCharacters < text.length; group += 1) {
    let value = 0;
    for (const character of text.slice(group * groupCharacters, (group + 1) * groupCharacters)) {
      const digit = digits.get(character);
      if (digit === undefined) return undefined;
      value = value * base + digit;
    }
    if (value >= byteValues ** groupBytes) return undefined;
    for (let index = groupBytes - 1; index >= 0; index -= 1) {
      bytes[group * groupBytes + index] = value % byteValues;
      value = Math.floor(value / byteValues);
    }
  }
  return bytes;
}
