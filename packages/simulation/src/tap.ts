import {
  commandFlag,
  createFrameReader,
  greetingBytes,
  latin1,
  longFlag,
  longHeadBytes,
  moreFlag,
  shortHeadBytes,
} from '@cateto/zmtp';

/*
 * Reads along in one direction of a connection, to lose whole messages there: those that a test selects, and those
 * beyond a high-water mark. All other bytes pass unchanged.
 */

/** Whole frames, and how many messages end in them. */
export interface Passing {
  readonly bytes: Uint8Array;
  readonly messages: number;
}

/** The tap has no limit of its own. */
const frameBytesMax = Number.MAX_SAFE_INTEGER;

/** A part of the stream: whole frames that follow each other in memory. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly start: number;
  end: number;
}

function add(pieces: Piece[], bytes: Uint8Array, start: number, end: number): void {
  const last = pieces.at(-1);
  if (last !== undefined && last.bytes === bytes && last.end === start) last.end = end;
  else pieces.push({ bytes, start, end });
}

function joined(pieces: readonly Piece[]): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first.bytes.subarray(first.start, first.end);
  const whole = new Uint8Array(pieces.reduce((sum, { start, end }) => sum + end - start, 0));
  let at = 0;
  for (const { bytes, start, end } of pieces) {
    whole.set(bytes.subarray(start, end), at);
    at += end - start;
  }
  return whole;
}

/**
 * @param loses whether to lose a message of this topic, which is empty for a message of one frame. The body is a part of
 *   the bytes
 * @returns a function that takes the next bytes of the stream, and returns the bytes that pass, in new memory
 */
export function createTap(
  loses: (topic: string, bytes: Uint8Array, start: number, end: number) => boolean,
): (bytes: Uint8Array) => Passing {
  let greeted = 0;
  let passing: Piece[] = [];
  let messages = 0;
  /** The frames of a message that is not complete. */
  let held: Piece[] = [];
  let topic: string | undefined;

  const reader = createFrameReader(
    { frameBytesMax },
    {
      frame(flags, bytes, start, end) {
        const headAt = start - ((flags & longFlag) === 0 ? shortHeadBytes : longHeadBytes);
        if ((flags & commandFlag) !== 0) return add(passing, bytes, headAt, end);
        add(held, bytes, headAt, end);
        if ((flags & moreFlag) !== 0) {
          topic ??= latin1(bytes, start, end);
          return;
        }
        if (!loses(topic ?? '', bytes, start, end)) {
          messages += 1;
          for (const piece of held) add(passing, piece.bytes, piece.start, piece.end);
        }
        held = [];
        topic = undefined;
      },
      fault(what) {
        throw new Error(`a simulated peer sends bytes that are no ZMTP: ${what}`);
      },
    },
  );

  return (bytes) => {
    const ofGreeting = Math.min(bytes.length, greetingBytes - greeted);
    greeted += ofGreeting;
    passing = ofGreeting > 0 ? [{ bytes, start: 0, end: ofGreeting }] : [];
    messages = 0;
    if (ofGreeting < bytes.length) reader.push(bytes.subarray(ofGreeting));
    return { bytes: joined(passing), messages };
  };
}
