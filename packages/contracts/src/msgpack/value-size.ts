import { frameBytesMax, largeBytesMin, partsMax } from '../messages/limits.ts';
import { isBinary } from '../values/binary-value.ts';

/**
 * The size of a plain value in MessagePack, in bytes, as the encoder writes it: each number and each length in its
 * shortest form.
 */
export function encodedBytes(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return numberBytes(value);
    case 'string':
      return textBytes(value);
    case 'object':
      return value === null ? 1 : containerBytes(value);
    default:
      return 1;
  }
}

function containerBytes(value: object): number {
  if (isBinary(value)) return binaryHeadBytes(value.byteLength) + value.byteLength;
  if (Array.isArray(value)) {
    return value.reduce((bytes: number, part: unknown) => bytes + encodedBytes(part), headBytes(value.length));
  }
  const entries = Object.entries(value);
  return entries.reduce((bytes, [key, part]) => bytes + textBytes(key) + encodedBytes(part), headBytes(entries.length));
}

/** The size of the head of a list or an object. */
function headBytes(size: number): number {
  if (size < 0x10) return 1;
  return size < 0x1_0000 ? 3 : 5;
}

function binaryHeadBytes(size: number): number {
  if (size < 0x100) return 2;
  return size < 0x1_0000 ? 3 : 5;
}

function textBytes(text: string): number {
  const bytes = utf8Bytes(text);
  if (bytes < 0x20) return 1 + bytes;
  if (bytes < 0x100) return 2 + bytes;
  return bytes < 0x1_0000 ? 3 + bytes : 5 + bytes;
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    // Each half of a surrogate pair counts two of the pair's four bytes.
    else if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}

function numberBytes(number: number): number {
  if (!Number.isSafeInteger(number)) return 9;
  if (number < 0) return negativeBytes(number);
  if (number < 0x80) return 1;
  if (number < 0x100) return 2;
  if (number < 0x1_0000) return 3;
  return number < 0x1_0000_0000 ? 5 : 9;
}

function negativeBytes(number: number): number {
  if (number >= -0x20) return 1;
  if (number >= -0x80) return 2;
  if (number >= -0x8000) return 3;
  return number >= -0x8000_0000 ? 5 : 9;
}

/**
 * An upper bound of the size of a plain value in MessagePack that takes no text apart, in bytes. Each text, list and
 * object counts at least {@link partBytesMin} bytes, so that values within `frameBytesMax` are within `partsMax` too.
 */
export function bytesAtMost(value: unknown): number {
  if (typeof value === 'string') return partBytesMin + 3 * value.length;
  if (typeof value !== 'object' || value === null) return scalarBytesMax;
  if (isBinary(value)) return partBytesMin + value.byteLength;
  let bytes = partBytesMin;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) bytes += bytesAtMost(value[index]);
  } else {
    for (const [key, part] of Object.entries(value)) bytes += bytesAtMost(key) + bytesAtMost(part);
  }
  return bytes;
}

/** The same for a value that is large; 0 for any other value. */
export function largeBytes(value: unknown): number {
  if (typeof value === 'number') return 0;
  const bytes = bytesAtMost(value);
  return bytes < largeBytesMin ? 0 : bytes;
}

/**
 * An upper bound of the size of a message without the value that it carries, in bytes: numbers, names, a trace, and a
 * failure's text, which takes most of it and counts with its value as well. A batch of as many such messages as it may
 * have fits its frame, even if their values fill a chunk.
 */
export const besidesBytesMax = 4_096;
/** More than the head of a text, list or object. */
const partBytesMin = frameBytesMax / partsMax;
const scalarBytesMax = 9;
