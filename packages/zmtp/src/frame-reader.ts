import { allocate, copied, readUint32 } from './bytes.ts';

/*
 * The frames of ZMTP 3 (rfc.zeromq.org/spec/23 and 37): a byte of flags, the size of the body in one byte or eight, the
 * body.
 */

export const moreFlag = 1;
export const longFlag = 2;
export const commandFlag = 4;
const allFlags = moreFlag | longFlag | commandFlag;

/** The size of a body up to this length takes one byte. */
export const shortSizeMax = 255;
export const shortHeadBytes = 2;
export const longHeadBytes = 9;
const sizeWordBytes = 4;
const wordValues = 2 ** 32;

export interface FrameEvents {
  /** A frame: its body is the bytes from `start` to `end`. The receiver may keep them, but must not write to them. */
  frame(flags: number, bytes: Uint8Array, start: number, end: number): void;
  /** The peer does not speak ZMTP, or sends a larger frame than it may. Nothing is read after this. */
  fault(what: string): void;
}

export interface FrameReader {
  /** Takes the next bytes of the stream, cut anywhere. */
  push(chunk: Uint8Array): void;
  /** Bytes held for a frame that is incomplete; at most twice the largest frame. */
  held(): number;
  /** No event is reported from now on. */
  stop(): void;
}

export interface FrameLimits {
  readonly frameBytesMax: number;
}

/**
 * Splits a stream into frames. The memory it holds grows with the bytes received, never with the size that a frame
 * announces.
 */
export function createFrameReader({ frameBytesMax }: FrameLimits, events: FrameEvents): FrameReader {
  /** The bytes of an incomplete frame, with room for more. */
  let rest: Uint8Array | undefined;
  let restBytes = 0;
  let stopped = false;

  function fault(what: string): undefined {
    stopped = true;
    events.fault(what);
    return undefined;
  }

  /** @returns where the frame that begins at `at` ends; undefined when its header is incomplete or invalid */
  function bodySpan(bytes: Uint8Array, at: number, end: number): readonly [start: number, end: number] | undefined {
    const flags = bytes[at] ?? 0;
    if ((flags & ~allFlags) !== 0) return fault('not a ZMTP frame');
    if ((flags & longFlag) === 0) {
      const start = at + shortHeadBytes;
      return start > end ? undefined : [start, start + (bytes[at + 1] ?? 0)];
    }
    const start = at + longHeadBytes;
    if (start > end) return undefined;
    const size = readUint32(bytes, at + 1) * wordValues + readUint32(bytes, at + 1 + sizeWordBytes);
    return size > frameBytesMax ? fault('a frame above the limit') : [start, start + size];
  }

  /** @returns where the first incomplete frame begins */
  function takeFrames(bytes: Uint8Array, end: number): number {
    let at = 0;
    while (at < end && !stopped) {
      const span = bodySpan(bytes, at, end);
      if (span === undefined || span[1] > end) break;
      events.frame(bytes[at] ?? 0, bytes, span[0], span[1]);
      at = span[1];
    }
    return at;
  }

  /** Doubles the room each time, so that a stream that arrives byte by byte is not copied for each byte. */
  function withRoom(bytes: Uint8Array, used: number, more: number): Uint8Array {
    if (used + more <= bytes.length) return bytes;
    const larger = allocate(2 * (used + more));
    larger.set(bytes.subarray(0, used));
    return larger;
  }

  return {
    push(chunk) {
      if (stopped) return;
      let bytes = chunk;
      let end = chunk.length;
      if (rest !== undefined) {
        bytes = withRoom(rest, restBytes, chunk.length);
        bytes.set(chunk, restBytes);
        end += restBytes;
      }
      const at = takeFrames(bytes, end);
      restBytes = stopped ? 0 : end - at;
      if (restBytes === 0) rest = undefined;
      else if (at === 0 && rest !== undefined) rest = bytes;
      // Receivers keep the frames they were given. Copy the rest, so that a few bytes do not retain a whole chunk.
      else rest = copied(bytes.subarray(at, end));
    },
    held: () => rest?.length ?? 0,
    stop() {
      stopped = true;
      rest = undefined;
      restBytes = 0;
    },
  };
}
