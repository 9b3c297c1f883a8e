/*
 * Bytes as text and numbers. Node's Buffer has faster methods for this than the language; they are used where they
 * exist. Nothing else in this folder knows Buffer.
 */

interface FastBytes {
  readonly allocUnsafe: (bytes: number) => Uint8Array;
  readonly prototype: {
    readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string;
    readonly latin1Write: (this: Uint8Array, text: string, at: number, length: number) => number;
  };
}

const fast = (globalThis as { readonly Buffer?: FastBytes }).Buffer;

/** The text whose characters are these bytes. */
export const latin1: (bytes: Uint8Array, start?: number, end?: number) => string =
  fast === undefined ? slowLatin1 : fastLatin1(fast);

/** Writes characters of up to eight bits as bytes. */
export const writeLatin1: (into: Uint8Array, text: string, at: number) => void =
  fast === undefined ? slowWriteLatin1 : fastWriteLatin1(fast);

/** New memory whose content is arbitrary. */
export const allocate: (bytes: number) => Uint8Array = fast?.allocUnsafe ?? ((bytes) => new Uint8Array(bytes));

export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeLatin1(bytes, text, 0);
  return bytes;
}

/** A copy with memory of its own. */
export function copied(bytes: Uint8Array): Uint8Array {
  const copy = allocate(bytes.length);
  copy.set(bytes);
  return copy;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const byteBits = 8;

/** Big-endian. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << byteBits) | (bytes[at + 1] ?? 0);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return ((readUint16(bytes, at) << (2 * byteBits)) | readUint16(bytes, at + 2)) >>> 0;
}

export function writeUint16(into: Uint8Array, value: number, at: number): void {
  into[at] = value >>> byteBits;
  into[at + 1] = value;
}

export function writeUint32(into: Uint8Array, value: number, at: number): void {
  writeUint16(into, value >>> (2 * byteBits), at);
  writeUint16(into, value, at + 2);
}

function fastLatin1({ prototype: { latin1Slice } }: FastBytes): typeof latin1 {
  return (bytes, start = 0, end = bytes.length) => latin1Slice.call(bytes, start, end);
}

function fastWriteLatin1({ prototype: { latin1Write } }: FastBytes): typeof writeLatin1 {
  return (into, text, at) => void latin1Write.call(into, text, at, text.length);
}

/** More arguments than this in one call may exceed the stack. */
const charactersAtOnce = 4_096;

function slowLatin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let at = start; at < end; at += charactersAtOnce) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + charactersAtOnce)));
  }
  return text;
}

function slowWriteLatin1(into: Uint8Array, text: string, at: number): void {
  for (let index = 0; index < text.length; index += 1) into[at + index] = text.charCodeAt(index);
}
