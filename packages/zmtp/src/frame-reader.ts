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
  /** Takes the next bytes of the stream, cut anywhere. They may be overwritten afterwards. */
  push(chunk: Uint8Array): void;
  /** Bytes held for a frame that is incomplete; at most twice the largest frame. */
  held(): number;
  /** No event is reported from now on. */
  stop(): void;
}

type Span = readonly [start: number, end: number];
type Fault = 'not a ZMTP frame' | 'a frame above the limit';

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

  /**
   * @returns where the body of this frame begins and ends, even if it is incomplete; undefined when the header is; a text
   *   when it is no frame
   */
  function bodySpan(bytes: Uint8Array, at: number, end: number): Span | Fault | undefined {
    const flags = bytes[at] ?? 0;
    if (at < end && (flags & ~allFlags) !== 0) return 'not a ZMTP frame';
    if ((flags & longFlag) === 0) {
      const start = at + shortHeadBytes;
      return start > end ? undefined : [start, start + (bytes[at + 1] ?? 0)];
    }
    const start = at + longHeadBytes;
    if (start > end) return undefined;
    const size = readUint32(bytes, at + 1) * wordValues + readUint32(bytes, at + 1 + sizeWordBytes);
    return size > frameBytesMax ? 'a frame above the limit' : [start, start + size];
  }

  function fault(what: Fault): void {
    stopped = true;
    events.fault(what);
  }

  /** @returns where the first frame begins that is incomplete or invalid */
  function wholeUntil(bytes: Uint8Array, from: number): number {
    let at = from;
    for (;;) {
      const span = bodySpan(bytes, at, bytes.length);
      if (typeof span !== 'object' || span[1] > bytes.length) return at;
      [, at] = span;
    }
  }

  /** @param frames whole and valid, in memory that receivers may keep */
  function report(frames: Uint8Array): void {
    for (let at = 0; at < frames.length && !stopped;) {
      const [start, end] = bodySpan(frames, at, frames.length) as Span;
      events.frame(frames[at] ?? 0, frames, start, end);
      at = end;
    }
  }

  /** @param bytes the beginning of a frame that is incomplete or invalid */
  function begin(bytes: Uint8Array): void {
    const span = bodySpan(bytes, 0, bytes.length);
    if (typeof span === 'string') fault(span);
    else if (bytes.length > 0) hold(bytes, span?.[1]);
  }

  /** Doubles the room each time, so that a stream that arrives byte by byte is not copied for each byte. */
  function hold(bytes: Uint8Array, frameEnd = Number.POSITIVE_INFINITY): Uint8Array {
    const used = restBytes;
    restBytes += bytes.length;
    if (rest === undefined || restBytes > rest.length) {
      const smaller = rest?.subarray(0, used);
      rest = allocate(Math.min(2 * restBytes, frameEnd));
      if (smaller !== undefined) rest.set(smaller);
    }
    rest.set(bytes, used);
    return rest;
  }

  /**
   * Adds the next bytes to the incomplete frame. Receivers keep frames, so a completed frame has memory of its own.
   *
   * @returns how many bytes belong to it
   */
  function complete(head: Uint8Array, chunk: Uint8Array): number {
    const headBytes = ((head[0] ?? 0) & longFlag) === 0 ? shortHeadBytes : longHeadBytes;
    const at = Math.min(Math.max(0, headBytes - restBytes), chunk.length);
    const held = hold(chunk.subarray(0, at));
    const span = bodySpan(held, 0, restBytes);
    if (span === undefined) return at;
    if (typeof span === 'string') {
      fault(span);
      return at;
    }
    const [start, end] = span;
    const next = at + end - restBytes;
    if (next > chunk.length) {
      hold(chunk.subarray(at), end);
      return chunk.length;
    }
    const frame = end > held.length ? allocate(end) : held;
    if (frame !== held) frame.set(held.subarray(0, restBytes));
    frame.set(chunk.subarray(at, next), restBytes);
    rest = undefined;
    restBytes = 0;
    events.frame(frame[0] ?? 0, frame, start, end);
    return next;
  }

  return {
    push(chunk) {
      if (stopped) return;
      const from = rest === undefined ? 0 : complete(rest, chunk);
      if (!stopped && from < chunk.length) {
        const until = wholeUntil(chunk, from);
        if (until > from) report(copied(chunk.subarray(from, until)));
        if (!stopped) begin(chunk.subarray(until));
      }
      if (!stopped) return;
      rest = undefined;
      restBytes = 0;
    },
    held: () => rest?.length ?? 0,
    stop() {
      stopped = true;
      rest = undefined;
      restBytes = 0;
    },
  };
}
