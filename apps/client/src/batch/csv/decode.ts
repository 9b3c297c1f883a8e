import { exitCodes } from '../../exit-codes.ts';
import type { AskedEncoding, Encoding, Told } from './encoding.ts';
import { tellEncoding, tellingBytes } from './encoding.ts';
import { TextFault } from './text-fault.ts';

/**
 * The length of a line. No table has longer lines, and without a bound a file without line ends would be held whole.
 */
export const lineBytesMax: number = 8_388_608;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Decodes a file line by line. Bytes that are not text are refused, never replaced.
 *
 * @param asked the encoding. If it is not given, the first bytes tell it, and otherwise it is UTF-8
 * @throws TextFault naming line and byte, after the text of all lines before
 */
export async function* decoded(
  pieces: AsyncIterable<Uint8Array>,
  asked: AskedEncoding | undefined,
  bytesMax: number = lineBytesMax,
): AsyncGenerator<string> {
  let told: Told | undefined;
  let first: Uint8Array = new Uint8Array();
  let lines: LineDecoder | undefined;
  for await (const piece of pieces) {
    if (lines !== undefined) {
      yield* lines.push(piece);
      continue;
    }
    first = Buffer.concat([first, piece]);
    told = tellEncoding(first.subarray(0, tellingBytes), asked, false);
    if (told === undefined) continue;
    lines = new LineDecoder(told, bytesMax);
    yield* lines.push(first.subarray(told.markBytes));
  }
  if (lines === undefined) {
    told = tellEncoding(first, asked, true) as Told;
    lines = new LineDecoder(told, bytesMax);
    yield* lines.push(first.subarray(told.markBytes));
  }
  yield* lines.end();
}

/** Holds the bytes of the incomplete line, so that each decoding starts at the start of a line. */
class LineDecoder {
  readonly #encoding: Encoding;
  readonly #bytesMax: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Bytes of the file before the held ones. */
  #bytesBefore: number;
  #line = 1;
  #endsInReturn = false;

  constructor({ encoding, markBytes }: Told, bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#encoding = encoding;
    this.#bytesBefore = markBytes;
  }

  *push(piece: Uint8Array): Generator<string> {
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    const end = this.#lastLineEnd(piece);
    if (end > 0) yield* this.#decode(end);
    if (this.#heldBytes > this.#bytesMax) {
      throw new TextFault(`line ${this.#line}: it has more than ${this.#bytesMax} bytes`);
    }
  }

  *end(): Generator<string> {
    if (this.#heldBytes > 0) yield* this.#decode(this.#heldBytes);
  }

  /** The number of held bytes that are complete lines. */
  #lastLineEnd(piece: Uint8Array): number {
    if (this.#encoding.unitBytes === 1) {
      const index = Math.max(piece.lastIndexOf(lineFeed), piece.lastIndexOf(carriageReturn));
      return index < 0 ? 0 : this.#heldBytes - piece.length + index + 1;
    }
    const bytes = Buffer.concat(this.#held);
    this.#held = [bytes];
    const [high, low] = this.#encoding.bigEndian ? [0, 1] : [1, 0];
    for (let at = (bytes.length & ~1) - 2; at >= 0; at -= 2) {
      const unit = (bytes[at + high] as number) * 256 + (bytes[at + low] as number);
      if (unit === lineFeed || unit === carriageReturn) return at + 2;
    }
    return 0;
  }

  *#decode(end: number): Generator<string> {
    const bytes = Buffer.concat(this.#held);
    const text = this.#textOf(bytes.subarray(0, end));
    if (text === undefined) {
      const { sound, fault } = this.#locate(bytes.subarray(0, end));
      if (sound !== '') yield sound;
      throw fault;
    }
    this.#held = [bytes.subarray(end)];
    this.#heldBytes = bytes.length - end;
    this.#bytesBefore += end;
    this.#line += lineEnds(text, this.#endsInReturn);
    this.#endsInReturn = text.endsWith('\r');
    yield text;
  }

  #textOf(bytes: Uint8Array): string | undefined {
    try {
      const text = this.#encoding.decode(bytes);
      return text.includes('\0') ? undefined : text;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return undefined;
    }
  }

  /** Decodes again byte by byte, to find the lines before the wrong byte and what is wrong with it. */
  #locate(bytes: Uint8Array): { readonly sound: string; readonly fault: TextFault } {
    const decoder = this.#encoding.stepwise();
    let text = '';
    let start = 0;
    let isZero = false;
    for (let index = 0; index < bytes.length; index += 1) {
      let character: string;
      try {
        character = decoder.write(bytes.subarray(index, index + 1));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        break;
      }
      isZero = character === '\0';
      if (isZero) break;
      text += character;
      if (character !== '') start = index + 1;
    }
    const line = this.#line + lineEnds(text, this.#endsInReturn);
    const shown = `0x${(bytes[start] ?? 0).toString(16).padStart(2, '0')}`;
    const what = isZero ? 'no text has that character' : `it is not ${this.#encoding.name}`;
    return {
      sound: text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1),
      fault: new TextFault(
        `line ${line}, byte ${this.#bytesBefore + start + 1} of the file (${shown}): ${what}`,
        exitCodes.usage,
        '--encoding says what it is, as in --encoding iso-8859-1',
      ),
    };
  }
}

/** @param afterReturn whether a CR precedes the text; a LF then completes the same line end */
function lineEnds(text: string, afterReturn: boolean): number {
  const count = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  return afterReturn && text.startsWith('\n') ? count - 1 : count;
}
