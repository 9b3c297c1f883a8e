/**
 * Whether bytes are UTF-8: no byte out of place, no longer form than needed, no surrogates, nothing beyond U+10FFFF
 * (https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-3/#G27506, table 3-7).
 */
export function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    const lead = bytes[at] ?? 0;
    at += 1;
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return false;
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (at + more > to) return false;
    const second = bytes[at] ?? 0;
    if (second < leastSecond(lead) || second > mostSecond(lead)) return false;
    for (let index = 1; index < more; index += 1) {
      if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return false;
    }
    at += more;
  }
  return true;
}

function leastSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

function mostSecond(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}
