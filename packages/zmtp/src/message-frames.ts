import { moreFlag } from './frame-reader.ts';

/** Puts the frames of a message together. Only its first two frames are kept. */
export interface MessageFrames {
  /** Takes a frame: its body is the bytes from `start` to `end`. */
  take(flags: number, bytes: Uint8Array, start: number, end: number): void;
  /** Bytes that the frames of an incomplete message keep in memory, with the frames that were read together with them. */
  held(): number;
}

export interface MessageFramesEvents {
  /** A whole message: its first two frames, and the number of its frames. */
  message(first: Uint8Array, second: Uint8Array | undefined, frames: number): void;
  /** A message has more frames than any. It need not have ended. */
  endless(): void;
}

/** Messages have two frames. A fault names how many a longer message had. A message of more frames belongs to no peer. */
const framesMax = 4_096;

export function createMessageFrames({ message, endless }: MessageFramesEvents): MessageFrames {
  let frames = 0;
  let first: Uint8Array | undefined;
  let second: Uint8Array | undefined;
  return {
    take(flags, bytes, start, end) {
      frames += 1;
      if (frames === 1) first = bytes.subarray(start, end);
      else if (frames === 2) second = bytes.subarray(start, end);
      else if (frames > framesMax) return endless();
      if ((flags & moreFlag) !== 0 || first === undefined) return;
      const [whole, rest, count] = [first, second, frames];
      first = second = undefined;
      frames = 0;
      message(whole, rest, count);
    },
    held: () => (first?.buffer.byteLength ?? 0) + (second?.buffer.byteLength ?? 0),
  };
}
