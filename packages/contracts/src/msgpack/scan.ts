import { nestingMax, partsMax } from '../messages/limits.ts';
import { isUtf8 } from './utf8.ts';

/**
 * Whether bytes are exactly one MessagePack value. Allocates nothing.
 *
 * Decoders trust declared lengths: `@msgpack/msgpack` allocates an array when it reads the array's header. So 200 bytes
 * that announce 40 nested arrays of 33 million elements take ten gigabytes and kill the process. The scan accepts a
 * length only if the bytes for it are there: every element needs at least one. It also refuses extensions,
 * nesting and numbers of parts beyond a bound, and texts that are not UTF-8: decoders
 * replace or misread their bytes, each in its own way.
 */
export function scanAccepts(bytes: Uint8Array): boolean {
  return scan(bytes) !== 'refused';
}

/**
 * `accepted-with-binaries`: one value with binary parts, which decoders give as views of the body.
 * `accepted-with-marks`: one value, with or without binary parts, in which a text begins with U+FEFF. Decoders take that
 * for a byte order mark and drop it.
 */
export type Scan = 'refused' | 'accepted' | 'accepted-with-binaries' | 'accepted-with-marks';

export function scan(bytes: Uint8Array): Scan {
  const end = bytes.length;
  let at = 0;
  let depth = 0;
  let parts = 0;
  let marked = false;
  let binaries = false;
  awaited[0] = 1;
  for (;;) {
    while (awaited[depth] === 0) {
      if (depth === 0) return ended(at === end, marked, binaries);
      depth -= 1;
    }
    if (at >= end) return 'refused';
    awaited[depth] = (awaited[depth] ?? 0) - 1;
    const head = bytes[at] ?? 0;
    at += 1;
    if (head < 0x80 || head >= 0xe0) continue;
    let elements = 0;
    if (head < 0x90) elements = (head & 0x0f) * 2;
    else if (head < 0xa0) elements = head & 0x0f;
    else if (head < 0xc0) {
      const from = at;
      at += head & 0x1f;
      if (at > end || !isUtf8(bytes, from, at)) return 'refused';
    } else {
      const { kind, size } = forms[head - 0xc0] ?? refused;
      if (kind === 'refused' || at + size > end) return 'refused';
      if (kind === 'scalar') {
        at += size;
        continue;
      }
      const length = lengthAt(bytes, at, size);
      at += size;
      if (kind === 'text') {
        // Texts with the length in their head byte are decoded correctly.
        const from = at;
        at += length;
        if (at > end || !isUtf8(bytes, from, at)) return 'refused';
        marked ||= length >= markBytes && beginsWithMark(bytes, from);
      } else if (kind === 'binary') {
        at += length;
        binaries = true;
      } else elements = kind === 'map' ? length * 2 : length;
    }
    parts += 1;
    if (parts > partsMax || at > end || elements > end - at) return 'refused';
    if (elements > 0) {
      depth += 1;
      if (depth > nestingMax) return 'refused';
      awaited[depth] = elements;
    }
  }
}

function ended(isAll: boolean, marked: boolean, binaries: boolean): Scan {
  if (!isAll) return 'refused';
  if (marked) return 'accepted-with-marks';
  return binaries ? 'accepted-with-binaries' : 'accepted';
}

/** Values still to come, at each depth. One array serves all calls, because no call is interrupted. */
const awaited = new Uint32Array(nestingMax + 1);

/** The bytes after a head byte: a scalar of `size` bytes, or a length of `size` bytes and as many elements or bytes. */
interface Form {
  readonly kind: 'scalar' | 'text' | 'binary' | 'array' | 'map' | 'refused';
  readonly size: number;
}

const refused: Form = { kind: 'refused', size: 0 };
const scalar = (size: number): Form => ({ kind: 'scalar', size });
const text = (size: number): Form => ({ kind: 'text', size });
const binary = (size: number): Form => ({ kind: 'binary', size });
const array = (size: number): Form => ({ kind: 'array', size });
const map = (size: number): Form => ({ kind: 'map', size });

/** Head bytes 0xc0 to 0xdf (https://github.com/msgpack/msgpack/blob/master/spec.md). */
const forms: readonly Form[] = [
  [scalar(0), refused, scalar(0), scalar(0)], // nil, never used, false, true
  [binary(1), binary(2), binary(4), refused, refused, refused], // bin 8, 16, 32, ext 8, 16, 32
  [scalar(4), scalar(8)], // float 32, 64
  [scalar(1), scalar(2), scalar(4), scalar(8)], // uint 8, 16, 32, 64
  [scalar(1), scalar(2), scalar(4), scalar(8)], // int 8, 16, 32, 64
  [refused, refused, refused, refused, refused], // fixext 1, 2, 4, 8, 16
  [text(1), text(2), text(4)], // str 8, 16, 32
  [array(2), array(4)], // array 16, 32
  [map(2), map(4)], // map 16, 32
].flat();

/** The bytes of U+FEFF in UTF-8. */
export const markBytes = 3;

export function beginsWithMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

function lengthAt(bytes: Uint8Array, at: number, size: number): number {
  let length = 0;
  for (let index = 0; index < size; index += 1) length = length * 256 + (bytes[at + index] ?? 0);
  return length;
}
