import { exitCodes } from '../../exit-codes.ts';
import { TextFault } from './text-fault.ts';

/** An encoding of characters as bytes. Text is split at line ends, so that no state carries over from line to line. */
export interface Encoding {
  readonly name: string;
  /** The bytes of a line end: 1, or 2 for UTF-16. */
  readonly unitBytes: 1 | 2;
  /** Whether the second byte of a line end is the one that is not 0. */
  readonly bigEndian: boolean;
  /** @throws when the bytes are invalid in this encoding, or incomplete */
  decode(bytes: Uint8Array): string;
  /** Decodes byte by byte, to find the wrong byte. */
  stepwise(): Stepwise;
}

export interface Stepwise {
  /** @throws when the byte is wrong */
  write(byte: Uint8Array): string;
}

const utf8 = unicode('utf-8');
const utf16le = unicode('utf-16le');
const utf16be = unicode('utf-16be');

/** The marks at the start of a file that tell its encoding. */
const marks = [
  { encoding: utf8, bytes: [0xef, 0xbb, 0xbf] },
  { encoding: utf16le, bytes: [0xff, 0xfe] },
  { encoding: utf16be, bytes: [0xfe, 0xff] },
] as const;

/** The number of bytes that tell the encoding of a file. */
export const tellingBytes = 3;

/** The encoding of a file, and the number of bytes of a mark before its text. */
export interface Told {
  readonly encoding: Encoding;
  readonly markBytes: number;
}

/**
 * Finds a file's encoding from its first bytes: by a byte order mark, or by the zeros that UTF-16 has among ASCII.
 *
 * @param asked the encoding that the user gave
 * @param isAll whether there are no more bytes
 * @returns undefined when more bytes are needed
 * @throws TextFault when the mark contradicts the user
 */
export function tellEncoding(first: Uint8Array, asked: AskedEncoding | undefined, isAll: boolean): Told | undefined {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => first[index] === byte));
  if (mark !== undefined) {
    const { encoding, bytes } = mark;
    if (asked !== undefined && asked !== encoding && asked !== 'utf-16') {
      throw new TextFault(`--encoding: its byte order mark says that it is ${encoding.name}`, exitCodes.usage);
    }
    return { encoding, markBytes: bytes.length };
  }
  const mayBecomeMark = marks.some(({ bytes }) => first.every((byte, index) => bytes[index] === byte));
  if (!isAll && (first.length < 2 || mayBecomeMark)) return undefined;
  if (asked !== undefined && asked !== 'utf-16') return { encoding: asked, markBytes: 0 };
  if (first[0] === 0 && first[1] !== 0) return { encoding: utf16be, markBytes: 0 };
  const isUtf16 = asked !== undefined || (first[0] !== 0 && first[1] === 0);
  return { encoding: isUtf16 ? utf16le : utf8, markBytes: 0 };
}

/** UTF-16 without a byte order: the file tells the order. */
export type AskedEncoding = Encoding | 'utf-16';

/**
 * Finds an encoding by a name that people use: utf8, UTF-16LE, latin1, ISO-8859-15, cp1252, windows-1250, Shift_JIS.
 *
 * @returns undefined when no encoding has that name
 */
export async function encodingNamed(name: string): Promise<AskedEncoding | undefined> {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (plain === 'utf16') return 'utf-16';
  const known = { utf8, utf16le, utf16be }[plain];
  if (known !== undefined) return known;
  // iconv-lite also has UTF-32, base64 and others, whose line ends are not where this reader looks for them.
  if (/^(?:utf|ucs|unicode|cesu|base64|hex|binary|internal)/.test(plain)) return undefined;
  const { default: iconv } = await import('iconv-lite');
  if (!iconv.encodingExists(name)) return undefined;
  const checked = (text: string): string => {
    if (text.includes('\ufffd')) throw new TypeError(`not ${name}`);
    return text;
  };
  return {
    name,
    unitBytes: 1,
    bigEndian: false,
    decode: (bytes) => checked(iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), name)),
    stepwise() {
      const decoder = iconv.getDecoder(name);
      return { write: (byte) => checked(decoder.write(Buffer.from(byte))) };
    },
  };
}

function unicode(name: 'utf-8' | 'utf-16le' | 'utf-16be'): Encoding {
  const options = { fatal: true, ignoreBOM: true };
  const decoder = new TextDecoder(name, options);
  return {
    name,
    unitBytes: name === 'utf-8' ? 1 : 2,
    bigEndian: name === 'utf-16be',
    decode: (bytes) => decoder.decode(bytes),
    stepwise() {
      const streaming = new TextDecoder(name, options);
      return { write: (byte) => streaming.decode(byte, { stream: true }) };
    },
  };
}
